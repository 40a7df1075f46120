package sync

import (
	"cmp"
	"context"
	"time"
)

// Standing is how a lot stands towards Git after a pass.
type Standing string

// The standings.
const (
	StandingInStep   Standing = "in step"  // the newest commit runs here and is good
	StandingSettling Standing = "settling" // it is in place and being judged
	StandingHeld     Standing = "held"     // the lot keeps what it has and waits
	StandingFailed   Standing = "failed"   // the newest commit could not be carried out
)

// Outcome is what a pass came to.
type Outcome struct {
	Standing Standing `json:"standing"`
	Reason   Reason   `json:"reason"`
	// Message says what kept the lot from being in step.
	Message string   `json:"message,omitempty"`
	Tip     Revision `json:"tip"`
	// Current is the bundle in place when the pass ended, if there is one.
	Current *Rollout `json:"current,omitempty"`
	// Report adds up what was done to the cluster.
	Report Report `json:"report"`
	// Ailing lists the objects that were seen not to be healthy.
	Ailing []ObjectStatus `json:"ailing,omitempty"`
	// OfflineSince and APILostSince are zero while Git and the API answer.
	OfflineSince time.Time `json:"offlineSince,omitzero"`
	APILostSince time.Time `json:"apiLostSince,omitzero"`
	// Err is set when the pass broke off for a reason of the lot's own: the disk,
	// a cancelled context.
	Err error `json:"-"`
}

// standing sorts the reasons for resting.
func standing(r Reason) Standing {
	switch r { //nolint:exhaustive // the other reasons are those of waiting
	case ReasonInStep:
		return StandingInStep
	case ReasonSettling:
		return StandingSettling
	case ReasonFailing:
		return StandingFailed
	default:
		return StandingHeld
	}
}

// end sums the pass up and lets other goroutines see it.
func (p *pass) end(ctx context.Context, d Decision) Outcome {
	a := p.Agent
	out := Outcome{
		Standing: standing(d.Reason), Reason: d.Reason, Message: p.message(), Tip: a.st.Seen, Report: p.report,
		OfflineSince: a.mem.offlineSince, APILostSince: a.mem.apiLostSince, Err: p.err,
	}
	if out.Err == nil {
		out.Err = cmp.Or(ctx.Err(), p.obs.DiskErr)
	}
	if out.Err != nil {
		out.Standing, out.Reason, out.Message = StandingFailed, ReasonFailing, out.Err.Error()
	}
	if a.st.Current != nil {
		current := *a.st.Current
		out.Current = &current
	}
	if p.obs.Live != nil {
		out.Ailing = p.obs.Live.Ailing()
	}
	a.publish()
	a.mu.Lock()
	a.status.Standing, a.status.Reason, a.status.Message, a.status.LastPass = out.Standing, out.Reason, out.Message, a.now()
	a.mu.Unlock()
	if a.cfg.OnPass != nil {
		a.cfg.OnPass(out)
	}
	return out
}

// message is the gravest thing that the pass met.
func (p *pass) message() string {
	switch {
	case p.mem.clusterErr != nil:
		return p.mem.clusterErr.Error()
	case p.mem.diskErr != nil:
		return p.mem.diskErr.Error()
	case p.st.Failure != nil:
		return p.st.Failure.Message
	case p.obs.FetchErr != nil:
		return p.obs.FetchErr.Error()
	case p.obs.Lost:
		return "the bundle of what runs here is lost from the disk, and the newest commit renders to another one"
	}
	return ""
}
