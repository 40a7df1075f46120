package sync

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// observe looks at the current bundle's objects.
func (p *pass) observe(ctx context.Context) {
	now := p.now()
	p.obs.Looked = true
	bundle, ok := p.bundle(p.st.Current)
	if !ok {
		p.obs.Lost = true
		return
	}
	live, err := p.cfg.Cluster.Observe(ctx, bundle)
	if p.clusterFailed(ctx, err) {
		return
	}
	p.obs.Live = &live
	p.mem.watch = p.mem.watch.look(live.Healthy(), now)
}

const (
	// maxGap is the longest time between two looks at a bundle that counts as
	// observed.
	maxGap = time.Minute
	// maxBlind is the longest time between two looks that found a bundle healthy
	// that lets it go on settling: nobody knows what was in between. It exceeds
	// what a backoff, and a slow look, leave between two.
	maxBlind = backoffCap + time.Minute
)

// look adds one observation.
func (w Watch) look(healthy bool, now time.Time) Watch {
	if gap := now.Sub(w.LastLook); !w.LastLook.IsZero() && gap > 0 {
		w.Watched += min(gap, maxGap)
	}
	w.LastLook = now
	switch {
	case !healthy:
		w.HealthySince = time.Time{}
	case w.HealthySince.IsZero() || now.Sub(w.LastHealthy) > maxBlind:
		w.HealthySince, w.LastHealthy = now, now
	default:
		w.LastHealthy = now
	}
	return w
}

// giveUp calls the current bundle ailing. It stays: what was there before it is
// not known to be better.
func (p *pass) giveUp() {
	var ailing strings.Builder
	for _, o := range p.obs.Live.Ailing() {
		fmt.Fprintf(&ailing, "\n  %s: %s: %s", o.Ref, o.Health, o.Message)
	}
	err := fmt.Errorf("not healthy within %s:%s", p.st.Policy.HealthTimeout, ailing.String())
	p.st.Current.Phase, p.st.Current.Since = Ailing, p.now()
	p.fail(Observe, p.st.Current.Revision, err)
}

// prune deletes what left Git and calls the bundle good.
func (p *pass) prune(ctx context.Context) {
	bundle, ok := p.bundle(p.st.Current)
	if !ok {
		p.obs.Lost = true
		return
	}
	report, err := p.cfg.Cluster.Prune(ctx, bundle)
	p.add(report)
	if p.clusterFailed(ctx, err) {
		return
	}
	now := p.now()
	p.st.Current.Phase, p.st.Current.Since = Good, now
	good := *p.st.Current
	p.st.Good = &good
	p.st.mended(Observe)
	p.st.record(Event{Time: now, What: "good", Why: string(ReasonSettled), Commit: good.Revision.Commit, Digest: good.Digest, Changes: len(report.Changes)})
	p.cfg.Log.InfoContext(ctx, "the bundle is good", "commit", good.Revision.Commit, "pruned", len(report.Changes))
	p.save()
}
