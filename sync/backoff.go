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

// expire drops the retries whose turn came in a pass that had no use for them.
func (r *Retries) expire(started Retries, now time.Time) {
	for _, lane := range []struct{ now, before *Retry }{
		{&r.Fetch, &started.Fetch},
		{&r.Render, &started.Render},
		{&r.Apply, &started.Apply},
		{&r.Cluster, &started.Cluster},
		{&r.Disk, &started.Disk},
	} {
		if *lane.now == *lane.before && !now.Before(lane.now.At) {
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
