package sync

import (
	"context"
	"errors"
)

// apply brings the decided bundle into the cluster: the next one, or the current
// one again.
func (p *pass) apply(ctx context.Context, d Decision) {
	if d.Digest == digestOf(p.st.Current) {
		p.applyAgain(ctx, d.Reason)
		return
	}
	bundle, ok := p.wanted(d.Digest)
	if !ok {
		return
	}
	report, err := p.cfg.Cluster.Apply(ctx, bundle, func() error { return p.intend(bundle) })
	p.add(report)
	if p.obs.DiskErr != nil { // it broke off before the cluster was touched
		return
	}
	if errors.Is(err, ErrInvalid) {
		p.refused(ctx, bundle, err)
		return
	}
	if p.clusterFailed(ctx, err) {
		return
	}
	p.inPlace(bundle, d.Reason, report)
}

// wanted finds the bundle to apply: rendered in this pass, or on disk since a
// pass that was interrupted. One that is lost is rendered again, and what it may
// have changed is put back meanwhile.
func (p *pass) wanted(digest Digest) (Bundle, bool) {
	if p.obs.Bundle != nil && p.obs.Bundle.Digest == digest {
		return *p.obs.Bundle, true
	}
	bundle, ok := p.bundle(p.st.Next)
	if !ok && p.obs.DiskErr == nil {
		p.st.Next, p.st.Rendered = nil, Rendering{}
		p.putBack()
		p.save()
	}
	return bundle, ok
}

// intend makes the intention durable: a crash from here on finds it, and the
// bundle, on disk.
func (p *pass) intend(bundle Bundle) error {
	if digestOf(p.st.Next) == bundle.Digest && !p.mem.dirty {
		return nil
	}
	if !p.putBundle(bundle) {
		return p.obs.DiskErr
	}
	p.st.Next = &Rollout{Digest: bundle.Digest, Revision: bundle.Revision, Phase: Applying, Since: p.now()}
	if !p.save() {
		return p.obs.DiskErr
	}
	return nil
}

// inPlace notes that the whole bundle is in the cluster.
func (p *pass) inPlace(bundle Bundle, why Reason, report Report) {
	if !p.putBundle(bundle) { // nothing had to be changed, so nothing was intended
		return
	}
	now := p.now()
	p.st.Current = &Rollout{Digest: bundle.Digest, Revision: bundle.Revision, Phase: Judging, Since: now}
	p.st.Next = nil
	p.st.mended(Observe)
	if bundle.Digest == p.st.Rendered.Digest { // it is the newest commit's
		p.st.mended(Render, Apply)
	}
	p.mem.retries.Apply = Retry{}
	p.mem.watch, p.mem.lost, p.obs.Lost = Watch{}, "", false
	p.obs.Live = nil
	p.st.record(Event{Time: now, What: "applied", Why: string(why), Commit: bundle.Revision.Commit, Digest: bundle.Digest, Changes: len(report.Changes)})
	p.cfg.Log.Info("applied", "commit", bundle.Revision.Commit, "reason", why, "changes", len(report.Changes), "unchanged", report.Unchanged)
	p.save()
}

// costly is how many times rarer a bundle is tried again whose try changes the
// cluster before it is refused.
const costly = 12

// refused: the API server would not take the bundle. What runs stays. Where an
// intention is on disk, the refusal came in the middle, or after a crash in the
// middle, and what runs is put back. The same refusal again is not written again.
func (p *pass) refused(ctx context.Context, bundle Bundle, err error) {
	p.clusterAnswered(ctx)
	p.obs.RefusedErr = err
	p.mem.retries.Apply = p.mem.retries.Apply.again(bundle.Digest, p.now(), p.cfg.Jitter())
	if p.st.Next != nil {
		p.mem.retries.Apply.At = p.now().Add(costly * p.mem.retries.Apply.At.Sub(p.now()))
		p.st.Next = nil
		p.putBack()
		p.save()
	}
	p.fail(Apply, bundle.Revision, err)
}

// putBack has the current bundle applied again, whole.
func (p *pass) putBack() {
	if p.st.Current != nil {
		p.st.Current.Phase, p.st.Current.Since = Applying, p.now()
	}
}

// applyAgain repairs drift, or puts the current bundle back after another one
// was refused in the middle.
func (p *pass) applyAgain(ctx context.Context, why Reason) {
	bundle, ok := p.bundle(p.st.Current)
	if !ok {
		p.obs.Lost = true
		return
	}
	report, err := p.cfg.Cluster.Apply(ctx, bundle, func() error { return nil })
	p.add(report)
	p.obs.Live, p.obs.Repaired = nil, true
	if p.clusterFailed(ctx, err) {
		return
	}
	now := p.now()
	if why == ReasonPutBack {
		p.st.Current.Phase, p.st.Current.Since = Judging, now
		p.mem.watch = Watch{}
	} else if len(report.Changes) == 0 {
		return
	}
	p.st.record(Event{Time: now, What: "repaired", Why: string(why), Commit: bundle.Revision.Commit, Digest: bundle.Digest, Changes: len(report.Changes)})
	p.cfg.Log.InfoContext(ctx, "repaired", "reason", why, "changes", len(report.Changes))
	p.save()
}
