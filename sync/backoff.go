package sync

import "time"

const (
	backoffBase = 5 * time.Second
	backoffCap  = 5 * time.Minute
)

// backoff is how long to wait after the count-th failure in a row: doubling
// from 5 seconds to 5 minutes, and of that a part between a half and the whole
// that jitter in [0, 1) chooses, so that lots that failed together do not come
// back together.
func backoff(count int, jitter float64) time.Duration {
	d := backoffCap
	if doublings := count - 1; doublings < 10 {
		d = min(backoffCap, backoffBase<<max(doublings, 0))
	}
	return d/2 + time.Duration(jitter*float64(d/2))
}

// expire drops the retries whose turn had come when a pass began that had no use
// for them. Git's is not among them: a pass that does not ask leaves it alone.
func (r *Retries) expire(before Retries, began time.Time) {
	for _, lane := range []struct{ now, before *Retry }{
		{&r.Render, &before.Render},
		{&r.Apply, &before.Apply},
		{&r.Cluster, &before.Cluster},
		{&r.Disk, &before.Disk},
	} {
		if *lane.now == *lane.before && !began.Before(lane.now.At) {
			*lane.now = Retry{}
		}
	}
}

// again is the retry after one more failure of the same thing; another thing
// starts anew.
func (r Retry) again(of Digest, now time.Time, jitter float64) Retry {
	if r.Of != of {
		r = Retry{Of: of}
	}
	r.Count++
	r.At = now.Add(backoff(r.Count, jitter))
	return r
}

// notBefore is the retry, at a time or later.
func (r Retry) notBefore(at time.Time) Retry {
	r.At = later(r.At, at)
	return r
}
