// Package schedule says when a lot's work is due: a cron expression in the lot's
// own time zone, later by a phase that is the lot's own, so that thousands of
// lots with one expression do not all ask in the same second.
package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// maxSpread is the longest default spread, so that "at two in the night" stays
// that.
const maxSpread = 15 * time.Minute

// Schedule is a cron expression, shifted by a site's phase. It implements
// sync.Schedule.
type Schedule struct {
	plain sync.Schedule
	phase time.Duration
}

// New parses a cron expression of five fields (minute, hour, day, month,
// weekday), "@hourly" and its like, or "@every 10m". It holds in the zone of
// that IANA name, empty for UTC. Each site comes later than the expression says
// by a time of its own, the same every time, below spread; zero means the
// schedule's period, at most 15 minutes. Errors say which field is wrong, and
// what would be right.
func New(expr string, spread time.Duration, zone string, site sync.Site) (*Schedule, error) {
	s, err := build(expr, spread, zone, site)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expr, err)
	}
	return s, nil
}

func build(expr string, spread time.Duration, zone string, site sync.Site) (*Schedule, error) {
	if spread < 0 {
		return nil, fmt.Errorf("spread %s: less than nothing: want a time such as 5m, or 0 for the schedule's own period", spread)
	}
	loc, err := location(zone)
	if err != nil {
		return nil, err
	}
	plain, period, err := parse(expr, loc)
	if err != nil {
		return nil, err
	}
	if spread == 0 {
		spread = min(period, maxSpread)
	}
	return &Schedule{plain: plain, phase: phase(site, spread)}, nil
}

// Next is the first moment after t, or the zero time if there is none. A
// constant shift keeps every occurrence, their order, and their distances: what
// comes after t is what the plain schedule has after t less the shift.
func (s *Schedule) Next(t time.Time) time.Time {
	next := s.plain.Next(t.Add(-s.phase))
	if next.IsZero() {
		return next
	}
	return next.Add(s.phase)
}

func location(zone string) (*time.Location, error) {
	if zone == "" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("time zone %q is not known here: want an IANA name such as Europe/Amsterdam, or none for UTC; if the name is right, the machine lacks its time zones: install the package tzdata", zone)
	}
	return loc, nil
}

// phase maps a site's name evenly onto [0, spread).
func phase(site sync.Site, spread time.Duration) time.Duration {
	sum := sha256.Sum256([]byte(site))
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:]), uint64(spread)) //nolint:gosec // spread is not negative
	return time.Duration(hi)                                             //nolint:gosec // hi is below spread
}
