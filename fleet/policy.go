package fleet

import (
	"fmt"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// Policy is what the fleet and the site ask of the lot's agent, with
// sync.DefaultPolicy for what neither says. It fails with sync.ErrInvalid.
// Whether cron expressions and time zones mean something is the schedule's to
// check.
func Policy(f Fleet, s Site) (sync.Policy, error) {
	e := Merge(f, s)
	p := sync.DefaultPolicy()
	p.TimeZone = s.Spec.TimeZone
	if e.Schedule.Poll != "" {
		p.Poll = e.Schedule.Poll
	}
	for _, d := range []struct {
		field  string
		value  Duration
		target *time.Duration
		zero   bool // zero has a meaning
	}{
		{"spec.schedule.spread", e.Schedule.Spread, &p.Spread, true},
		{"spec.schedule.drift", e.Schedule.Drift, &p.Drift, false},
		{"spec.rollout.health.timeout", e.Rollout.Health.Timeout, &p.HealthTimeout, false},
		{"spec.rollout.health.settle", e.Rollout.Health.Settle, &p.Settle, true},
	} {
		if d.value == "" {
			continue
		}
		*d.target = d.value.Value()
		if *d.target == 0 && !d.zero {
			return sync.Policy{}, fmt.Errorf("%w: %s: %q: want more than zero, such as 10m", sync.ErrInvalid, d.field, d.value)
		}
	}
	return p, nil
}
