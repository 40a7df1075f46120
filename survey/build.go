package survey

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/schedule"
)

// lfsPointer begins what Git LFS keeps in the place of a file's content.
const lfsPointer = "version https://git-lfs.github.com/spec/"

// build builds a lot, and keeps it.
func (r *run) build(ctx context.Context, site sync.Site) Lot {
	snap, looked, err := r.read(site)
	if err != nil {
		// The lot is too large, or the disk fails: nothing was built that would be
		// worth keeping.
		return Lot{Site: site, Error: err.Error(), Findings: r.blame(snap, err)}
	}
	lot, sound := r.lot(ctx, snap)
	if !sound {
		return lot
	}
	all, err := depsOf(r.tree, looked)
	if err != nil {
		return Lot{Site: site, Error: fmt.Sprintf("site %s: %s", site, err)}
	}
	place := placeOf(r.options.Dir, string(site))
	key := keyOf(r.engine, place, all)
	lot.Key = key.digest()
	r.options.Store.put(&record{key: key, place: place, engine: r.engine, deps: all, lot: &lot})
	return lot
}

// read reads the lot's part of the tree, as the agent's Source does, and says
// what was looked at for that.
func (r *run) read(site sync.Site) (snap sync.Snapshot, looked []string, err error) {
	snap = sync.Snapshot{Site: site, Dir: r.options.Dir}
	part, err := r.closures.Of(r.options.Dir, site)
	if err != nil {
		return snap, nil, err
	}
	snap.Files, snap.Irregular = make(map[string][]byte, len(part.Files)), part.Irregular
	for _, name := range part.Files {
		data, err := r.tree.ReadFile(name)
		if err != nil {
			return snap, nil, fmt.Errorf("site %s: %w", site, err)
		}
		if bytes.HasPrefix(data, []byte(lfsPointer)) {
			snap.Irregular[name] = sync.LFSPointer
			continue
		}
		snap.Files[name] = data
	}
	return snap, part.Looked, nil
}

// lot renders a snapshot. One on which kustomize panicked is not sound, and comes
// again in the next run, with the stack in the log.
func (r *run) lot(ctx context.Context, snap sync.Snapshot) (lot Lot, sound bool) {
	lot = Lot{Site: snap.Site, Topology: fleet.Local}
	about := describe(snap)
	lot.Labels = about.site.Metadata.Labels
	if about.site.Spec.Topology != "" {
		lot.Topology = about.site.Spec.Topology
	}
	out, err := r.render(snap)
	if err != nil {
		lot.Error, lot.Findings = err.Error(), r.refused(snap, out, err)
		invalid, ok := errors.AsType[*render.InvalidError](err)
		if panicked := ok && invalid.Stack != ""; panicked {
			r.options.Log.DebugContext(ctx, "kustomize panicked", "site", string(snap.Site), "stack", invalid.Stack)
			return lot, false
		}
		return lot, true
	}
	lot.Findings = append(r.findings(snap, out), r.rollout(snap, about)...)
	if err := r.take(&lot, out); err != nil {
		lot.Objects, lot.Error = nil, fmt.Sprintf("site %s: %s", snap.Site, err)
	}
	return lot, true
}

// render does all that the agent does before it asks the API server.
func (r *run) render(snap sync.Snapshot) (render.Output, error) {
	policy, err := render.New(render.DefaultOptions()).Policy(snap)
	if err != nil {
		return render.Output{}, err
	}
	if _, err := schedule.New(policy.Poll, policy.Spread, policy.TimeZone, snap.Site); err != nil {
		return render.Output{}, err
	}
	return r.options.Builder.Build(snap)
}

// take takes the objects into the lot and the store, with what is to be said of
// them.
func (r *run) take(lot *Lot, out render.Output) error {
	c := contents{label: lot.Site.Label()}
	schema, origins := r.schemas.of(out.Objects), originsOf(out)
	for _, o := range out.Objects {
		data, err := c.write(o)
		if err != nil {
			return fmt.Errorf("%s: %w", edge.RefOf(o), err)
		}
		object := Object{Ref: edge.RefOf(o)}
		content := r.options.Store.keep(data)
		object.Digest = content.digest()
		lot.Objects = append(lot.Objects, r.share(object))
		file := origins[object.Ref]
		for _, p := range schema.check(content, o) {
			lot.Findings = append(lot.Findings, Finding{
				Rule: "schema", Severity: fleet.SeverityError, Object: object.Ref, Field: p.Field, Message: p.Message,
				File: file, Line: r.lines.find(file, object.Ref, p.Field),
			})
		}
		for _, p := range nodePortsOf(o) {
			p.Object, p.File = object.Ref, file
			p.Line = r.lines.find(file, object.Ref, p.Field)
			lot.NodePorts = append(lot.NodePorts, p)
		}
	}
	return nil
}

// share is an equal object whose texts other lots have, too.
func (r *run) share(o Object) Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.objects[o]; ok {
		return known
	}
	r.objects[o] = o
	return o
}

// description is what a snapshot's own two files say, as far as they can be
// read.
type description struct {
	fleet fleet.Fleet
	site  fleet.Site
	valid bool
}

func describe(snap sync.Snapshot) description {
	fleetFile, siteFile := fleet.File(snap.Dir), fleet.SiteFile(snap.Dir, snap.Site)
	f, fleetErr := fleet.ParseFleet(snap.Files[fleetFile], fleetFile)
	s, siteErr := fleet.ParseSite(snap.Files[siteFile], siteFile)
	return description{f, s, errors.Join(fleetErr, siteErr) == nil}
}
