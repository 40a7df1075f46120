package render

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// ChildArg is the argument with which a Renderer starts the binary again; main
// hands such a start to ChildMain before it does anything else.
const ChildArg = "internal-render"

// Version changes when equal snapshots may render to different bytes: kustomize
// is part of it.
const Version = "2+kustomize-v0.21.2"

// Options configures a Renderer.
type Options struct {
	// Command starts the child, which calls ChildMain.
	Command []string
	// Limits bounds each render.
	Limits Limits
	// Observe is told what each render took and found.
	Observe func(Usage)
	// Log hears of panics in kustomize.
	Log *slog.Logger
}

// DefaultOptions starts the running binary again.
func DefaultOptions() Options {
	return Options{
		Command: []string{"/proc/self/exe", ChildArg},
		Limits:  DefaultLimits(),
		Observe: func(Usage) {},
		Log:     slog.New(slog.DiscardHandler),
	}
}

// Usage is what one render took and found.
type Usage struct {
	Peak     int64         // VmHWM of the child in bytes, zero if not known
	CPU      time.Duration // user and system time of the child
	Findings []edge.Finding
}

// Renderer renders each snapshot in a child process of its own.
type Renderer struct {
	options Options
}

// New makes a Renderer.
func New(o Options) *Renderer { return &Renderer{options: o} }

// Version implements sync.Renderer.
func (*Renderer) Version() string { return Version }

// Policy implements sync.Renderer.
func (*Renderer) Policy(snap sync.Snapshot) (sync.Policy, error) {
	if err := checkFolder(snap); err != nil {
		return sync.Policy{}, blame(snap, err)
	}
	l, err := readLot(snap)
	if err != nil {
		return sync.Policy{}, invalidf("site %s: %s", snap.Site, err)
	}
	policy, err := fleet.Policy(l.fleet, l.site)
	if err != nil {
		return sync.Policy{}, invalidf("site %s: %s or %s: %s", snap.Site, fleet.File(snap.Dir), fleet.SiteFile(snap.Dir, snap.Site), err)
	}
	return policy, nil
}

// Render implements sync.Renderer. It fails with sync.ErrInvalid when the
// snapshot is at fault, also when rendering it takes more memory than allowed,
// and with other errors when the child could not be run, was killed from
// outside, or ran out of time: these may pass.
func (r *Renderer) Render(ctx context.Context, snap sync.Snapshot) (sync.Bundle, error) {
	if err := checkSnapshot(snap, r.options.Limits); err != nil {
		return sync.Bundle{}, blame(snap, err)
	}
	manifest, err := r.run(ctx, snap)
	if err != nil {
		if errors.Is(err, sync.ErrInvalid) {
			return sync.Bundle{}, err
		}
		return sync.Bundle{}, fmt.Errorf("render site %s at commit %s: %w", snap.Site, snap.Revision.Commit.Short(), err)
	}
	return sync.NewBundle(snap.Revision, manifest), nil
}

// run starts the child, feeds it, and reads its answer.
func (r *Renderer) run(ctx context.Context, snap sync.Snapshot) ([]byte, error) {
	limits := r.options.Limits
	limited, cancel := context.WithTimeout(ctx, limits.Timeout)
	defer cancel()
	c := newChild(limited, r.options)
	runErr := c.run(snap, limits)
	reply, manifest, err := c.reply(limits)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("it took longer than %s: the machine is very busy, or the folder needs to be made simpler", limits.Timeout)
	case runErr != nil || err != nil:
		return nil, c.death(snap, limits, errors.Join(runErr, err))
	}
	r.options.Observe(Usage{Peak: reply.Peak, CPU: c.cpu(), Findings: reply.Findings})
	if reply.Stack != "" {
		r.options.Log.DebugContext(ctx, "kustomize panicked", "site", string(snap.Site), "stack", reply.Stack)
	}
	if reply.Invalid != "" {
		return nil, &InvalidError{Message: reply.Invalid}
	}
	return manifest, nil
}
