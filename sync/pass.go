package sync

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pass is one pass under way.
type pass struct {
	*Agent
	obs    Observation
	report Report
	err    error // ends the pass: ctx did
	// reached: the cluster answered in this pass.
	reached bool
}

// do takes one step. Each ends with what it learned in the Observation, and with
// the state saved if the step changed it.
func (p *pass) do(ctx context.Context, d Decision) {
	limits := p.cfg.Limits
	switch d.Verb {
	case Fetch:
		within(ctx, limits.Fetch, p.fetch)
	case Render:
		within(ctx, limits.Render, p.render)
	case Apply:
		within(ctx, limits.Apply, func(ctx context.Context) { p.apply(ctx, d) })
	case Observe:
		within(ctx, limits.Observe, p.observe)
	case Prune:
		within(ctx, limits.Prune, p.prune)
	case GiveUp:
		p.giveUp()
	case Rest:
	}
}

// errTooSlow tells a step that took too long from a pass that was cancelled.
var errTooSlow = errors.New("the step took too long")

func within(ctx context.Context, limit time.Duration, step func(context.Context)) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	step(ctx)
}

// cancelled ends the pass if it was cancelled from outside. Whatever the step
// came to then is nobody's failure.
func (p *pass) cancelled(ctx context.Context) bool {
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), errTooSlow) {
		return false
	}
	p.err = ctx.Err()
	return true
}

// fetch asks Git. Whatever it says, the pass goes on with what the lot has.
func (p *pass) fetch(ctx context.Context) {
	p.obs.Asked = true
	p.mem.lastPoll = p.now()
	rev, err := p.cfg.Source.Fetch(ctx)
	if err != nil && p.cancelled(ctx) {
		return
	}
	p.obs.FetchErr, p.mem.fetchErr = err, err
	if err == nil {
		p.seen(rev)
		return
	}
	p.mem.retries.Fetch = p.mem.retries.Fetch.again("", p.now(), p.cfg.Jitter()).notBefore(p.now().Add(patience(err)))
	if errors.Is(err, ErrInvalid) {
		p.mem.offlineSince = time.Time{}
		p.fail(Fetch, rev, err)
	} else if errors.Is(err, ErrOffline) && p.mem.offlineSince.IsZero() {
		p.mem.offlineSince = p.now()
		p.cfg.Log.WarnContext(ctx, "git is out of reach, the lot keeps what it has", "error", err)
	}
}

// seen notes a revision. It is saved with the next save that has a reason: a
// commit to another lot costs this one no write.
func (p *pass) seen(rev Revision) {
	if !p.mem.offlineSince.IsZero() {
		p.cfg.Log.Info("git is back", "after", p.now().Sub(p.mem.offlineSince).Round(time.Second))
	}
	p.mem.offlineSince, p.mem.retries.Fetch = time.Time{}, Retry{}
	p.mem.unsaved = p.mem.unsaved || rev.Commit != p.st.Seen.Commit
	p.st.Seen = rev
	if p.st.mended(Fetch) {
		p.save()
	}
}

// render turns the tip into a bundle. The policy is read even where the content
// is broken: a valid one comes into force at once.
func (p *pass) render(ctx context.Context) {
	rev := p.obs.Tip
	bundle, err := p.build(ctx, rev)
	if err != nil {
		if p.cancelled(ctx) {
			return
		}
		p.obs.RenderErr = err
		p.mem.retries.Render = p.mem.retries.Render.again(rev.Key, p.now(), p.cfg.Jitter())
		p.st.Rendered = Rendering{Key: rev.Key, Version: p.obs.Version}
		p.fail(Render, rev, err)
		return
	}
	p.mem.retries.Render = Retry{}
	p.obs.Bundle = &bundle
	p.st.Rendered = Rendering{Key: rev.Key, Version: p.obs.Version, Digest: bundle.Digest}
	if bundle.Digest == digestOf(p.st.Current) {
		p.same(bundle)
	} // another one is saved together with the intention to apply it
}

// same: the tip renders to what is in place. What was begun of another bundle is
// put back.
func (p *pass) same(bundle Bundle) {
	if !p.putBundle(bundle) {
		p.st.Rendered = Rendering{} // to come here again
		return
	}
	p.obs.Lost, p.mem.lost = false, ""
	if p.st.Next != nil {
		p.st.Next = nil
		p.putBack()
	}
	if p.st.mended(Render, Apply) {
		p.st.record(Event{Time: p.now(), What: "mended", Why: "the newest commit renders to what runs here", Commit: bundle.Revision.Commit, Digest: bundle.Digest})
	}
	p.save()
}

func (p *pass) build(ctx context.Context, rev Revision) (Bundle, error) {
	snap, err := p.cfg.Source.Snapshot(ctx, rev)
	if err != nil {
		return Bundle{}, fmt.Errorf("read %s: %w", rev.Commit.Short(), err)
	}
	policy, err := p.cfg.Renderer.Policy(snap)
	if err == nil {
		_, err = p.cfg.Schedule(policy)
	}
	if err != nil {
		return Bundle{}, err
	}
	p.st.Policy = policy
	return p.cfg.Renderer.Render(ctx, snap)
}

// fail notes what keeps the lot from being in step; what is known already is
// not written again.
func (p *pass) fail(verb Verb, rev Revision, err error) {
	now := p.now()
	if !p.st.failing(Failure{Verb: verb, Message: err.Error(), Since: now, Revision: rev}) {
		return
	}
	p.st.record(Event{Time: now, What: "failed", Why: err.Error(), Commit: rev.Commit})
	p.cfg.Log.Error("not in step", "verb", verb, "commit", rev.Commit, "error", err)
	p.save()
}

func (p *pass) add(r Report) {
	p.report.Changes = append(p.report.Changes, r.Changes...)
	p.report.Unchanged = r.Unchanged
}
