package sync

import (
	"context"
	"time"
)

// request asks the loop for a pass.
type request struct {
	ask   Ask
	reply chan<- Outcome
}

// Request has the running loop make a pass and waits for what it comes to.
func (a *Agent) Request(ctx context.Context, ask Ask) (Outcome, error) {
	reply := make(chan Outcome, 1)
	select {
	case a.requests <- request{ask, reply}:
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
	select {
	case out := <-reply:
		return out, nil
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

// Run makes passes when they are due until ctx ends: by the policy's schedule,
// for drift, to judge a rollout, to retry what failed, and on request. On its
// way out it saves what only memory knew.
func (a *Agent) Run(ctx context.Context) error {
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
		agenda := a.agenda(a.now())
		a.expect(agenda.next())
		ask, reply = a.wait(ctx, agenda)
		if ctx.Err() != nil {
			return a.leave()
		}
	}
}

// wait blocks until something is due or asked for.
func (a *Agent) wait(ctx context.Context, g agenda) (Ask, chan<- Outcome) {
	timer := time.NewTimer(g.next().Sub(a.now()))
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
	if !a.mem.unsaved {
		return nil
	}
	a.mem.unsaved = false
	return a.cfg.Store.Save(a.st)
}

func (a *Agent) expect(t time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status.NextPass = t
}

// agenda is when what is due next. A zero time is never.
type agenda struct {
	poll, drift, step time.Time
}

// agenda works out when the loop has something to do again.
func (a *Agent) agenda(now time.Time) agenda {
	g := agenda{
		poll:  a.nextPoll(now),
		drift: a.mem.lastDrift.Add(a.st.Policy.Drift),
		step:  a.nextStep(now),
	}
	g.drift = later(g.drift, a.mem.retries.Cluster.At)
	return g
}

// nextPoll follows the schedule while Git answers, and the backoff while it does
// not.
func (a *Agent) nextPoll(now time.Time) time.Time {
	if a.mem.retries.Fetch.Count > 0 {
		return a.mem.retries.Fetch.At
	}
	from := a.mem.lastPoll
	if from.IsZero() {
		from = now
	}
	schedule, err := a.cfg.Schedule(a.st.Policy)
	if err != nil { // a policy is checked before it comes into force
		return from.Add(15 * time.Minute)
	}
	return schedule.Next(from)
}

const (
	lookSoonest = time.Second
	lookLatest  = 10 * time.Second
)

// nextStep is when a rollout is looked at again, or a failed step retried.
func (a *Agent) nextStep(now time.Time) time.Time {
	r := a.mem.retries
	at := earlier(r.Render.At, earlier(r.Apply.At, r.Cluster.At))
	if a.st.Current == nil || a.st.Current.Phase != Judging || r.Cluster.Count > 0 {
		return at
	}
	look := now.Add(min(max(a.mem.watch.Watched/4, lookSoonest), lookLatest))
	if since := a.mem.watch.HealthySince; !since.IsZero() {
		look = earlier(look, since.Add(a.st.Policy.Settle))
	}
	return earlier(at, later(look, now.Add(lookSoonest/10)))
}

// next is the first moment at which anything is due.
func (g agenda) next() time.Time { return earlier(earlier(g.poll, g.drift), g.step) }

// due says what a pass at now is for.
func (g agenda) due(now time.Time) Ask {
	return Ask{Poll: !g.poll.IsZero() && !now.Before(g.poll), Drift: !now.Before(g.drift)}
}

// earlier is the earlier of two times, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Settle makes passes until the lot is in step, failed or held: what a person
// who asks for one sync waits for. It does not poll again.
func (a *Agent) Settle(ctx context.Context, ask Ask) Outcome {
	for {
		out := a.Sync(ctx, ask)
		if out.Standing != StandingSettling || out.Err != nil {
			return out
		}
		if out.Err = a.sleepUntil(ctx, a.nextStep(a.now())); out.Err != nil {
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
