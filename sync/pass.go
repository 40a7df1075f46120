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
	err    error // ends the pass: the disk failed, or ctx did
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

func within(ctx context.Context, limit time.Duration, step func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	step(ctx)
}

// fetch asks Git. Whatever it says, the pass goes on with what the lot has.
func (p *pass) fetch(ctx context.Context) {
	p.obs.Asked = true
	p.mem.lastPoll = p.now()
	rev, err := p.cfg.Source.Fetch(ctx)
	p.obs.FetchErr, p.mem.fetchErr = err, err
	if err == nil {
		p.seen(rev)
		return
	}
	p.mem.retries.Fetch = p.mem.retries.Fetch.again("", p.now(), p.cfg.Jitter())
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
	if p.st.Failure != nil && p.st.Failure.Verb == Fetch {
		p.st.Failure = nil
		p.save()
	}
}

// render turns the tip into a bundle. The policy is read even where the content
// is broken: a valid one comes into force at once.
func (p *pass) render(ctx context.Context) {
	rev := p.obs.Tip
	bundle, err := p.build(ctx, rev)
	if err != nil {
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
			p.err = ctx.Err()
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
	if p.try(p.cfg.Store.PutBundle(bundle)) {
		return
	}
	p.obs.Lost = false
	if p.st.Next != nil {
		p.st.Next = nil
		p.putBack()
	}
	if p.st.Failure != nil && p.st.Current.Phase != Ailing {
		p.st.Failure = nil
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

// bundle reads a rollout's bundle from the disk; one that is damaged is noted
// and rendered anew.
func (p *pass) bundle(r *Rollout) (Bundle, bool) {
	b, err := p.cfg.Store.Bundle(r.Digest)
	if errors.Is(err, ErrNotFound) {
		p.fail(Observe, r.Revision, fmt.Errorf("the bundle on disk is lost and will be rendered again: %w", err))
		return Bundle{}, false
	}
	if p.try(err) {
		return Bundle{}, false
	}
	b.Revision = r.Revision
	return b, true
}

// clusterFailed sorts an error of the cluster and sets its retry. A pass that
// was cancelled is not the cluster's failure.
func (p *pass) clusterFailed(ctx context.Context, err error) bool {
	if err == nil {
		if !p.mem.apiLostSince.IsZero() {
			p.cfg.Log.InfoContext(ctx, "the Kubernetes API is back", "after", p.now().Sub(p.mem.apiLostSince).Round(time.Second))
		}
		p.mem.apiLostSince, p.mem.clusterErr, p.mem.retries.Cluster = time.Time{}, nil, Retry{}
		return false
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		p.err = ctx.Err()
		return true
	}
	p.obs.ClusterErr, p.mem.clusterErr = err, err
	p.mem.retries.Cluster = p.mem.retries.Cluster.again("", p.now(), p.cfg.Jitter())
	if p.mem.apiLostSince.IsZero() {
		p.mem.apiLostSince = p.now()
		p.cfg.Log.WarnContext(ctx, "the cluster cannot be kept in step for now", "error", err)
	}
	return true
}

// fail notes what keeps the lot from being in step; what is known already is
// not written again.
func (p *pass) fail(verb Verb, rev Revision, err error) {
	f := p.st.Failure
	if f != nil && f.Verb == verb && f.Message == err.Error() && f.Revision.Key == rev.Key {
		return
	}
	now := p.now()
	p.st.Failure = &Failure{Verb: verb, Message: err.Error(), Since: now, Revision: rev}
	p.st.record(Event{Time: now, What: "failed", Why: err.Error(), Commit: rev.Commit})
	p.cfg.Log.Error("not in step", "verb", verb, "commit", rev.Commit, "error", err)
	p.save()
}

func (p *pass) add(r Report) {
	p.report.Changes = append(p.report.Changes, r.Changes...)
	p.report.Unchanged = r.Unchanged
}

// save makes the state durable. A disk that cannot be written ends the pass
// before anything that relied on it is done.
func (p *pass) save() {
	if p.try(p.cfg.Store.Save(p.st)) {
		return
	}
	p.mem.unsaved = false
}

// try ends the pass on an error of the disk.
func (p *pass) try(err error) bool {
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("state directory: %w", err)
		p.cfg.Log.Error("the state directory cannot be used", "error", err)
	}
	return p.err != nil
}
