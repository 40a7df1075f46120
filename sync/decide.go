package sync

import (
	"errors"
	"time"
)

// Verb is what a pass does next.
type Verb string

// The verbs, in the order in which a commit meets them.
const (
	Fetch   Verb = "fetch"   // ask Git
	Render  Verb = "render"  // turn a snapshot into a bundle
	Apply   Verb = "apply"   // bring a bundle into the cluster
	Observe Verb = "observe" // look at what the cluster has
	GiveUp  Verb = "give up" // call a bundle ailing
	Prune   Verb = "prune"   // delete what left Git, and call the bundle good
	Rest    Verb = "rest"    // nothing more to do in this pass
)

// Reason says why a verb was chosen.
type Reason string

// The reasons.
const (
	ReasonPollDue        Reason = "poll due"
	ReasonNewContent     Reason = "new content"
	ReasonBundleLost     Reason = "bundle lost"
	ReasonNewBundle      Reason = "new bundle"
	ReasonInterrupted    Reason = "interrupted"
	ReasonPutBack        Reason = "put back"
	ReasonDrifted        Reason = "drifted"
	ReasonJudgeDue       Reason = "judging"
	ReasonDriftDue       Reason = "drift check due"
	ReasonSettled        Reason = "healthy and settled"
	ReasonHealthTimeout  Reason = "not healthy in time"
	ReasonInStep         Reason = "in step"
	ReasonSettling       Reason = "settling"
	ReasonOffline        Reason = "git is out of reach"
	ReasonAPIUnavailable Reason = "the Kubernetes API is unavailable"
	ReasonNothingKnown   Reason = "no commit seen yet"
	ReasonFailing        Reason = "failed"
)

// Decision is what Decide says.
type Decision struct {
	Verb   Verb
	Reason Reason
	// Digest is the bundle to Apply.
	Digest Digest
}

// Ask is what a pass is for, beyond what is under way anyhow.
type Ask struct {
	Poll  bool // ask Git
	Drift bool // compare the cluster with the bundle
	Now   bool // a person asks: do not wait for a backoff
}

// Retry says when a step that failed may be tried again. The zero value does
// not hold anything back.
type Retry struct {
	Of    Digest // the snapshot or bundle that failed; empty: whatever it is
	Count int
	At    time.Time
}

// holds reports whether the step has to wait for its turn.
func (r Retry) holds(of Digest, now time.Time) bool {
	return r.Count > 0 && now.Before(r.At) && (r.Of == "" || r.Of == of)
}

// Retries are the steps that failed and wait for their turn, each with a backoff
// of its own.
type Retries struct {
	Fetch   Retry
	Render  Retry // of a snapshot
	Apply   Retry // of a bundle that the API server refused
	Cluster Retry // of everything that needs the API
	Disk    Retry // of everything that must be saved before it is done
}

// Watch is what was seen of a bundle's health since it was applied. Only time
// in which health could be seen counts.
type Watch struct {
	HealthySince time.Time     // zero: it is not healthy now
	LastHealthy  time.Time     // the last time that it was seen to be healthy
	Watched      time.Duration // for how long health was observed
	LastLook     time.Time
}

// Observation is what a pass has seen so far, and what the process remembers.
type Observation struct {
	Ask     Ask
	Version string // the Renderer's

	// Tip is the newest revision known, from this pass or from before.
	Tip      Revision
	Asked    bool  // Git was asked in this pass
	FetchErr error // the last time that Git was asked

	Bundle    *Bundle // rendered in this pass
	RenderErr error

	Live       *Live // seen in this pass, and not changed since
	Looked     bool
	Repaired   bool
	Lost       bool  // the current bundle is not in the Store
	RefusedErr error // the API server would not take Bundle
	ClusterErr error // any other failure of the cluster, in this pass
	// LastClusterErr is why Retries.Cluster holds: this pass's or one before.
	LastClusterErr error
	// DiskErr: the state directory could not be read or written in this pass.
	// What need not be saved first goes on: a full disk stops no repair.
	DiskErr error
	// LastDiskErr is why Retries.Disk holds.
	LastDiskErr error

	Retries Retries
	Watch   Watch
}

// Decide says what comes next. It is asked again after each step, until it says
// Rest.
func Decide(st State, obs Observation, now time.Time) Decision {
	if obs.Ask.Poll && !obs.Asked {
		return Decision{Verb: Fetch, Reason: ReasonPollDue}
	}
	if reason, due := renderDue(st, obs, now); due {
		return Decision{Verb: Render, Reason: reason}
	}
	if obs.ClusterErr != nil || obs.clusterHeld(now) {
		return rest(st, obs)
	}
	if d, due := applyDue(st, obs, now); due {
		return d
	}
	if d, due := judgeDue(st, obs, now); due {
		return d
	}
	return rest(st, obs)
}

// renderDue: the newest revision's bundle is not known, or is neither in place
// nor under way, which a refusal, a crash or a damaged disk can bring about.
func renderDue(st State, obs Observation, now time.Time) (Reason, bool) {
	if obs.Tip.Key == "" || obs.Bundle != nil || obs.RenderErr != nil || obs.diskHeld(now) {
		return "", false
	}
	if !obs.Ask.Now && obs.Retries.Render.holds(obs.Tip.Key, now) {
		return "", false
	}
	known := st.Rendered.Key == obs.Tip.Key && st.Rendered.Version == obs.Version && st.Rendered.Digest != ""
	if !known {
		return ReasonNewContent, true
	}
	digest := st.Rendered.Digest
	if digest == digestOf(st.Current) || digest == digestOf(st.Next) {
		return ReasonBundleLost, obs.Lost && digest == digestOf(st.Current)
	}
	return ReasonNewBundle, !obs.applyHeld(digest, now) && !obs.clusterHeld(now)
}

// applyDue: another bundle than the current one belongs in the cluster, or the
// current one is not there whole.
func applyDue(st State, obs Observation, now time.Time) (Decision, bool) {
	want, reason := digestOf(st.Next), ReasonInterrupted
	if obs.Bundle != nil && obs.Bundle.Digest != want {
		want, reason = obs.Bundle.Digest, ReasonNewBundle
	}
	held := obs.RefusedErr != nil || obs.applyHeld(want, now) || obs.diskHeld(now)
	if want != "" && want != digestOf(st.Current) && !held {
		return Decision{Verb: Apply, Reason: reason, Digest: want}, true
	}
	if st.Current == nil || obs.Lost {
		return Decision{}, false
	}
	if st.Current.Phase == Applying {
		return Decision{Verb: Apply, Reason: ReasonPutBack, Digest: st.Current.Digest}, true
	}
	if obs.Live != nil && !obs.Repaired && len(obs.Live.Drifted()) > 0 {
		return Decision{Verb: Apply, Reason: ReasonDrifted, Digest: st.Current.Digest}, true
	}
	return Decision{}, false
}

// judgeDue: the current bundle is not good yet, or its turn to be looked at has
// come.
func judgeDue(st State, obs Observation, now time.Time) (Decision, bool) {
	if st.Current == nil || obs.Lost {
		return Decision{}, false
	}
	open := st.Current.Phase == Judging || st.Current.Phase == Ailing
	switch {
	case obs.Ask.Drift && !obs.Looked:
		return Decision{Verb: Observe, Reason: ReasonDriftDue}, true
	case open && obs.Live == nil:
		return Decision{Verb: Observe, Reason: ReasonJudgeDue}, true
	case !open || obs.diskHeld(now):
		return Decision{}, false
	case obs.Watch.settled(st.Policy, now):
		return Decision{Verb: Prune, Reason: ReasonSettled}, true
	case st.Current.Phase == Judging && obs.Watch.overdue(st.Policy):
		return Decision{Verb: GiveUp, Reason: ReasonHealthTimeout}, true
	}
	return Decision{}, false
}

func (w Watch) settled(p Policy, now time.Time) bool {
	return !w.HealthySince.IsZero() && now.Sub(w.HealthySince) >= p.Settle
}

func (w Watch) overdue(p Policy) bool {
	return w.HealthySince.IsZero() && w.Watched >= p.HealthTimeout
}

// rest names the gravest of the reasons why there is nothing more to do.
func rest(st State, obs Observation) Decision {
	reason := ReasonInStep
	switch {
	case errors.Is(obs.LastClusterErr, ErrUnavailable):
		reason = ReasonAPIUnavailable
	case obs.LastClusterErr != nil:
		reason = ReasonFailing
	case st.Failure != nil || obs.LastDiskErr != nil || obs.Lost:
		reason = ReasonFailing
	case errors.Is(obs.FetchErr, ErrOffline):
		reason = ReasonOffline
	case obs.FetchErr != nil:
		reason = ReasonFailing
	case st.Current == nil:
		reason = ReasonNothingKnown
	case st.Current.Phase != Good:
		reason = ReasonSettling
	}
	return Decision{Verb: Rest, Reason: reason}
}

// clusterHeld: the API failed, and its turn has not come again.
func (o Observation) clusterHeld(now time.Time) bool {
	return !o.Ask.Now && o.Retries.Cluster.holds("", now)
}

// diskHeld: the disk failed, in this pass or before, and its turn has not come
// again. A poll is a turn, too.
func (o Observation) diskHeld(now time.Time) bool {
	return o.DiskErr != nil || !o.Ask.Now && !o.Ask.Poll && o.Retries.Disk.holds("", now)
}

// applyHeld: the bundle was refused, and its turn has not come again.
func (o Observation) applyHeld(digest Digest, now time.Time) bool {
	return !o.Ask.Now && o.Retries.Apply.holds(digest, now)
}

func digestOf(r *Rollout) Digest {
	if r == nil {
		return ""
	}
	return r.Digest
}
