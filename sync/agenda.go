package sync

import "time"

const (
	// lookSoonest and lookLatest bound the time between two looks at a bundle that
	// is being judged: the longer it takes, the rarer they are.
	lookSoonest = time.Second
	lookLatest  = 10 * time.Second
	// driftSoonest bounds how often a policy may have the cluster compared.
	driftSoonest = 10 * time.Second
	// longestWait bounds the time between two passes: an empty one costs nothing.
	longestWait = 15 * time.Minute
)

// agenda is when what is due next. A zero time is never.
type agenda struct {
	poll, drift, step time.Time
}

// agenda works out when the loop has something to do again.
func (a *Agent) agenda(now time.Time) agenda {
	g := agenda{
		poll:  a.nextPoll(now),
		drift: a.mem.lastDrift.Add(max(a.st.Policy.Drift, driftSoonest)),
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
	// A clock that was set back must not keep the lot from asking until it is as
	// late again as it was. Without Round, Go compares by the boot clock.
	if from.IsZero() || from.Round(0).After(now.Round(0)) {
		from = now
	}
	schedule, err := a.cfg.Schedule(a.st.Policy)
	if err != nil { // a policy is checked before it comes into force
		return from.Add(15 * time.Minute)
	}
	return schedule.Next(from)
}

// nextStep is when a rollout is looked at again, or a failed step retried.
func (a *Agent) nextStep(now time.Time) time.Time {
	r := a.mem.retries
	at := earlier(earlier(r.Render.At, r.Apply.At), earlier(r.Cluster.At, r.Disk.At))
	if !a.watching() || r.Cluster.Count > 0 || r.Disk.Count > 0 {
		return at
	}
	look := now.Add(min(max(a.mem.watch.Watched/4, lookSoonest), lookLatest))
	if since := a.mem.watch.HealthySince; !since.IsZero() {
		look = earlier(look, since.Add(a.st.Policy.Settle))
	}
	return earlier(at, later(look, now.Add(lookSoonest/10)))
}

// watching: each look at the current bundle may change what is said of it.
func (a *Agent) watching() bool {
	if a.st.Current == nil || a.mem.lost == a.st.Current.Digest {
		return false
	}
	recovering := a.st.Current.Phase == Ailing && !a.mem.watch.HealthySince.IsZero()
	return a.st.Current.Phase == Judging || recovering
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
