package render

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// Output is what a snapshot renders to.
type Output struct {
	// Manifest is a YAML stream of objects in the order of application.
	Manifest []byte
	// Findings are what should be mended, but does not keep the lot from
	// running.
	Findings []edge.Finding
	// Objects are what Manifest says.
	Objects []edge.Object
	// Origins are the files that Objects came from, each empty if it is not
	// known.
	Origins []string
}

// Build renders a snapshot in this process: checks that it is sealed and within
// limits, kustomize, the edge profile, order, bytes. It reads no file, no clock
// and no environment, and fails with an *InvalidError only, also where kustomize
// panics. A lack of memory inside kustomize is the caller's: see Renderer.
func Build(snap sync.Snapshot, limits Limits) (Output, error) {
	return caught(snap, func() (Output, error) {
		out, err := build(snap, limits)
		if err != nil {
			return Output{}, blame(snap, err)
		}
		return out, nil
	})
}

// caught makes a panic of what builds a snapshot an error of that snapshot.
func caught(snap sync.Snapshot, build func() (Output, error)) (out Output, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = Output{}, &InvalidError{
				Message: fmt.Sprintf("%s: kustomize gave up on it (%v): simplify the last change to its kustomization; the debug log has the details", where(snap), r),
				Stack:   string(debug.Stack()),
			}
		}
	}()
	return build()
}

// blame makes an InvalidError of what is wrong with a snapshot.
func blame(snap sync.Snapshot, err error) error {
	return invalidf("%s: %w", where(snap), err)
}

// where names a snapshot. A plain checkout has no commit.
func where(snap sync.Snapshot) string {
	if snap.Revision.Commit == "" {
		return fmt.Sprintf("site %s", snap.Site)
	}
	return fmt.Sprintf("site %s at commit %s", snap.Site, snap.Revision.Commit.Short())
}

func build(snap sync.Snapshot, limits Limits) (Output, error) {
	if err := checkSnapshot(snap, limits); err != nil {
		return Output{}, err
	}
	lot, err := readLot(snap)
	if err != nil {
		return Output{}, err
	}
	if err := preflight(snap, limits); err != nil {
		return Output{}, err
	}
	objects, err := kustomize(snap)
	if err != nil {
		return Output{}, err
	}
	out, err := finish(snap, lot, objects, make([]string, len(objects)), limits)
	if err != nil {
		return Output{}, err
	}
	out.Manifest, err = encode(out.Objects, limits.ManifestBytes)
	return out, err
}

// finish makes kustomize's objects ready for the lot: the edge profile, checks,
// order. origins are the objects' files. With an error, the Output still has all
// that was found.
func finish(snap sync.Snapshot, lot lot, objects []edge.Object, origins []string, limits Limits) (Output, error) {
	if err := checkCount(objects, limits); err != nil {
		return Output{}, err
	}
	findings := edge.Apply(objects, lot.profile(snap.Site))
	findings = append(findings, checkObjects(objects, lot.site.Spec.Topology)...)
	out := Output{Findings: findings, Objects: objects, Origins: origins}
	if err := refused(snap, out); err != nil {
		return out, err
	}
	inOrder(objects, origins)
	return out, nil
}

// lot is what a snapshot's fleet.yaml and site.yaml say.
type lot struct {
	fleet fleet.Fleet
	site  fleet.Site
}

func readLot(snap sync.Snapshot) (lot, error) {
	fleetFile, siteFile := fleet.File(snap.Dir), fleet.SiteFile(snap.Dir, snap.Site)
	for _, file := range []string{fleetFile, siteFile} {
		if _, ok := snap.Files[file]; !ok {
			return lot{}, fmt.Errorf("%s does not exist: add it (a fleet has one fleet.yaml, and each site's folder a site.yaml)", file)
		}
	}
	f, fleetErr := fleet.ParseFleet(snap.Files[fleetFile], fleetFile)
	s, siteErr := fleet.ParseSite(snap.Files[siteFile], siteFile)
	return lot{fleet: f, site: s}, errors.Join(fleetErr, siteErr)
}

func (l lot) profile(site sync.Site) edge.Profile {
	return edge.Profile{
		Site:       site,
		Labels:     l.site.Metadata.Labels,
		Vars:       l.site.Spec.Vars,
		Edge:       fleet.Merge(l.fleet, l.site).Edge,
		NodeMemory: l.site.Spec.Node.Memory,
	}
}
