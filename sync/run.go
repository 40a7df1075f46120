package sync

import (
	"context"
	"errors"
	"time"
)

// request asks the loop for a pass.
type request struct {
	ask   Ask
	reply chan<- Outcome
}

// ErrStopped says that the loop has ended, so that nobody answers.
var ErrStopped = errors.New("the agent has stopped")

// Request has the running loop make a pass and waits for what it comes to. It
// fails with ErrStopped when the loop ends before that.
func (a *Agent) Request(ctx context.Context, ask Ask) (Outcome, error) {
	reply := make(chan Outcome, 1)
	select {
	case a.requests <- request{ask, reply}:
	case <-a.stopped:
		return Outcome{}, ErrStopped
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
	select {
	case out := <-reply:
		return out, nil
	case <-a.stopped:
		return Outcome{}, ErrStopped
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

// Run makes passes when they are due until ctx ends: by the policy's schedule,
// for drift, to judge a rollout, to retry what failed, and on request. On its
// way out it saves what only memory knew. An Agent runs once.
func (a *Agent) Run(ctx context.Context) error {
	defer close(a.stopped)
	return a.loop(ctx)
}

func (a *Agent) loop(ctx context.Context) error {
	a.expect(0)
	ask := Ask{Poll: true, Drift: true}
	var reply chan<- Outcome
	for {
		out := a.Sync(ctx, ask)
		if reply != nil {
			reply <- out
		}
		if ctx.Err() != nil {
			return a.leave()
		}
		ask, reply = a.wait(ctx, a.agenda(a.now()))
		if ctx.Err() != nil {
			return a.leave()
		}
	}
}

// wait blocks until something is due or asked for, and for the longest wait at
// most: a clock that was set meanwhile is noticed then.
func (a *Agent) wait(ctx context.Context, g agenda) (Ask, chan<- Outcome) {
	d := min(max(g.next().Sub(a.now()), 0), longestWait)
	a.expect(d)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return Ask{}, nil
	case r := <-a.requests:
		return r.ask, r.reply
	case <-timer.C:
		return g.due(a.now()), nil
	}
}

// leave saves the newest commit seen, if the Store does not have it yet.
func (a *Agent) leave() error {
	if !a.mem.unsaved && !a.mem.dirty {
		return nil
	}
	a.mem.unsaved, a.mem.dirty = false, false
	return a.cfg.Store.Save(a.st)
}

// expect publishes when the next pass will begin. The time that is kept is one
// of the boot clock, so that setting the clock makes no pass seem late.
func (a *Agent) expect(in time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status.NextPass = a.now().Add(in)
}

// Settle makes passes until the lot is in step, failed or held: what a person
// who asks for one sync waits for. It does not poll again.
func (a *Agent) Settle(ctx context.Context, ask Ask) Outcome {
	for {
		out := a.Sync(ctx, ask)
		if out.Standing != StandingSettling || out.Err != nil {
			return out
		}
		soonest := a.now().Add(lookSoonest / 10)
		if out.Err = a.sleepUntil(ctx, later(a.nextStep(a.now()), soonest)); out.Err != nil {
			return out
		}
		ask = Ask{Now: ask.Now}
	}
}

// RequestSettled is Settle through the running loop.
func (a *Agent) RequestSettled(ctx context.Context, ask Ask) (Outcome, error) {
	for {
		out, err := a.Request(ctx, ask)
		if err != nil || out.Standing != StandingSettling || out.Err != nil {
			return out, err
		}
		if err := a.sleepUntil(ctx, a.now().Add(lookSoonest)); err != nil {
			return out, err
		}
		ask = Ask{}
	}
}

func (a *Agent) sleepUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(t.Sub(a.now()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Kick has the running loop make a pass soon; it does not wait. A loop that has
// been asked already is not asked twice.
func (a *Agent) Kick(ask Ask) {
	select {
	case a.requests <- request{ask: ask}:
	default:
	}
}
