package render

import (
	"fmt"
	gosync "sync"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/render/share"
	"github.com/lotsync/lotsync/sync"
)

// Workshop builds many lots of one tree. What lots have in common is built once
// and kept; what comes out is that of Build, byte for byte, error for error. It
// is for concurrent use.
//
// It is not sealed in a child as a Renderer is: it is for those who commit, with
// the fleet on their own machine.
type Workshop struct {
	limits  Limits
	folders *share.Folders
	checked *checks

	mu     gosync.Mutex
	fleet  parsedFleet
	counts Counts
}

// Counts says how many lots were built in which way.
type Counts struct {
	// Shared lots were put together from what is kept, Plain ones by kustomize
	// alone: because they do not build, or use a feature that is not shared.
	Shared, Plain int
}

type parsedFleet struct {
	data []byte
	fleet.Fleet
}

// NewWorkshop makes a Workshop with nothing kept.
func NewWorkshop(limits Limits) (*Workshop, error) {
	folders, err := share.New()
	if err != nil {
		return nil, fmt.Errorf("new workshop: %w", err)
	}
	return &Workshop{limits: limits, folders: folders, checked: newChecks(limits)}, nil
}

// Counts tells how the lots were built so far.
func (w *Workshop) Counts() Counts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts
}

// Build is Build of this package. Files of the same path should be the same
// bytes in all snapshots, in memory too: those that differ make a lot a plain
// one.
func (w *Workshop) Build(snap sync.Snapshot) (Output, error) {
	return caught(snap, func() (Output, error) {
		out, err := w.build(snap)
		if err == nil {
			out.Manifest, err = encode(out.Objects, w.limits.ManifestBytes)
		}
		if err != nil {
			return Output{}, blame(snap, err)
		}
		return out, nil
	})
}

// Check is Build without the manifest, for those who only want to know whether a
// lot builds, and what of. Where the profile refuses the lot, the Output has the
// findings, the objects and their origins, in kustomize's order.
func (w *Workshop) Check(snap sync.Snapshot) (Output, error) {
	return caught(snap, func() (Output, error) {
		out, err := w.build(snap)
		if err == nil && mostBytes(out.Objects) > w.limits.ManifestBytes {
			_, err = encode(out.Objects, w.limits.ManifestBytes)
		}
		if err != nil {
			return out, blame(snap, err)
		}
		return out, nil
	})
}

func (w *Workshop) build(snap sync.Snapshot) (Output, error) {
	if err := checkSnapshot(snap, w.limits); err != nil {
		return Output{}, err
	}
	lot, err := w.readLot(snap)
	if err != nil {
		return Output{}, err
	}
	if err := preflightWith(snap, w.limits, w.checked); err != nil {
		return Output{}, err
	}
	objects, origins, err := w.kustomize(snap)
	if err != nil {
		return Output{}, err
	}
	return finish(snap, lot, objects, origins, w.limits)
}

// readLot is readLot of this package. The fleet's file is read once.
func (w *Workshop) readLot(snap sync.Snapshot) (lot, error) {
	fleetFile, siteFile := fleet.File(snap.Dir), fleet.SiteFile(snap.Dir, snap.Site)
	data, ok := snap.Files[fleetFile]
	w.mu.Lock()
	known := w.fleet
	w.mu.Unlock()
	if site, exists := snap.Files[siteFile]; ok && exists && len(data) > 0 && len(known.data) == len(data) && &known.data[0] == &data[0] {
		s, err := fleet.ParseSite(site, siteFile)
		return lot{fleet: known.Fleet, site: s}, err
	}
	l, err := readLot(snap)
	if err == nil {
		w.mu.Lock()
		w.fleet = parsedFleet{data: data, Fleet: l.fleet}
		w.mu.Unlock()
	}
	return l, err
}

// kustomize is kustomize of this package, with what lots share built once.
func (w *Workshop) kustomize(snap sync.Snapshot) ([]edge.Object, []string, error) {
	built, err := w.folders.Build(snap.Files, fleet.SiteDir(snap.Dir, snap.Site))
	objects := make([]edge.Object, 0, len(built))
	origins := make([]string, 0, len(built))
	for i := 0; err == nil && i < len(built); i++ {
		var object edge.Object
		if object, err = plainObject(built[i]); err == nil {
			objects, origins = append(objects, object), append(origins, built[i].Origin)
		}
	}
	w.mu.Lock()
	if err == nil {
		w.counts.Shared++
	} else {
		w.counts.Plain++
	}
	w.mu.Unlock()
	if err == nil {
		return objects, origins, nil
	}
	objects, err = kustomize(snap)
	return objects, make([]string, len(objects)), err
}

// plainObject is an object with the annotations that are its own.
func plainObject(built share.Object) (edge.Object, error) {
	object, err := plainMap(built.Node)
	if err != nil {
		return nil, err
	}
	metadata, _ := object["metadata"].(map[string]any)
	delete(metadata, "annotations")
	if len(built.Annotations) > 0 {
		annotations := make(map[string]any, len(built.Annotations))
		for name, value := range built.Annotations {
			annotations[name] = value
		}
		metadata["annotations"] = annotations
	}
	return object, nil
}
