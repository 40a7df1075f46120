package sync

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// clusterFailed sorts an error of the cluster and sets its retry. A pass that
// was cancelled is not the cluster's failure.
func (p *pass) clusterFailed(ctx context.Context, err error) bool {
	if err == nil {
		p.clusterAnswered(ctx)
		return false
	}
	if p.cancelled(ctx) {
		return true
	}
	if p.mem.clusterErr == nil {
		p.cfg.Log.WarnContext(ctx, "the cluster cannot be kept in step for now", "error", err)
	}
	p.obs.ClusterErr, p.mem.clusterErr = err, err
	p.mem.retries.Cluster = p.mem.retries.Cluster.again("", p.now(), p.cfg.Jitter())
	p.mem.lastDrift = time.Time{} // what was being repaired is due when the retry is
	if !errors.Is(err, ErrUnavailable) {
		p.answered(ctx)
		return true
	}
	p.mem.watch.LastLook = time.Time{}
	if p.mem.apiLostSince.IsZero() {
		p.mem.apiLostSince = p.now()
	}
	return true
}

// clusterAnswered: nothing is wrong with the cluster itself.
func (p *pass) clusterAnswered(ctx context.Context) {
	p.reached, p.mem.clusterErr = true, nil
	p.answered(ctx)
}

// answered: the API server was reached, whatever it said.
func (p *pass) answered(ctx context.Context) {
	if p.mem.apiLostSince.IsZero() {
		return
	}
	p.cfg.Log.InfoContext(ctx, "the Kubernetes API is back", "after", p.now().Sub(p.mem.apiLostSince).Round(time.Second))
	p.mem.apiLostSince = time.Time{}
}

// bundle reads a rollout's bundle from the disk. One that is damaged is said
// once; it is rendered anew if the newest commit renders to it, and replaced by
// what that renders to otherwise.
func (p *pass) bundle(r *Rollout) (Bundle, bool) {
	b, err := p.cfg.Store.Bundle(r.Digest)
	if errors.Is(err, ErrNotFound) {
		if p.mem.lost != r.Digest {
			p.mem.lost = r.Digest
			p.st.record(Event{Time: p.now(), What: "failed", Why: "the bundle on disk is lost: " + err.Error(), Commit: r.Revision.Commit, Digest: r.Digest})
			p.cfg.Log.Error("a bundle on disk is lost", "commit", r.Revision.Commit, "error", err)
		}
		return Bundle{}, false
	}
	if p.diskFailed(err) {
		return Bundle{}, false
	}
	b.Revision = r.Revision
	return b, true
}

// putBundle reports whether the bundle is safe on the disk.
func (p *pass) putBundle(b Bundle) bool { return !p.diskFailed(p.cfg.Store.PutBundle(b)) }

// save makes the state durable and reports whether it is. What could not be
// saved is tried again in the next pass; nothing that relies on it is done
// before.
func (p *pass) save() bool {
	err := p.cfg.Store.Save(p.st)
	p.mem.dirty = err != nil
	if p.diskFailed(err) {
		return false
	}
	p.mem.unsaved, p.mem.diskErr, p.mem.retries.Disk = false, nil, Retry{}
	return true
}

// saveAgain catches up on a save that failed.
func (p *pass) saveAgain() {
	if !p.mem.dirty || p.cfg.Store.Save(p.st) != nil {
		return
	}
	p.mem.dirty, p.mem.unsaved = false, false
	p.mem.diskErr, p.mem.retries.Disk = nil, Retry{}
}

// diskFailed notes an error of the state directory and sets its retry.
func (p *pass) diskFailed(err error) bool {
	if err == nil {
		return false
	}
	err = fmt.Errorf("state directory: %w", err)
	if p.mem.diskErr == nil {
		p.cfg.Log.Error("the state directory cannot be used", "error", err)
	}
	if p.obs.DiskErr == nil {
		p.mem.retries.Disk = p.mem.retries.Disk.again("", p.now(), p.cfg.Jitter())
	}
	p.obs.DiskErr, p.mem.diskErr = err, err
	return true
}

// settleRetries brings the lanes up to date at the end of a pass: what went well
// needs no retry, and what had its turn and no use for it neither.
func (p *pass) settleRetries(began time.Time, before Retries) {
	if p.reached && p.obs.ClusterErr == nil {
		p.mem.retries.Cluster = Retry{}
	}
	p.mem.retries.expire(before, began)
	if p.mem.retries.Disk.Count == 0 && !p.mem.dirty {
		p.mem.diskErr = nil
	}
	if p.mem.retries.Cluster.Count == 0 && (p.st.Current == nil || p.obs.Lost) { // nothing needs the cluster any more
		p.mem.clusterErr, p.mem.apiLostSince = nil, time.Time{}
	}
}
