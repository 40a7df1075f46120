package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Cron expressions speak of the clock on the wall, which leaves out an hour once
// a year and shows another one twice. Both schedules below ask the library about
// a wall clock that does neither, written as a UTC time, and turn the answer
// into a moment themselves.

// wall is what the clock on the wall shows at t, as a UTC time.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// everyHour is an expression that holds in all hours of a day, such as
// "*/5 * * * *". It follows the time that passes: no hour is empty and none has
// twice as many occurrences.
type everyHour struct {
	spec *cron.SpecSchedule
	loc  *time.Location
}

// Next is part of sync.Schedule. It goes from one change of the clock to the
// next; between two of them, the wall clock and time run alike.
func (s everyHour) Next(t time.Time) time.Time {
	for local := t.In(s.loc); ; {
		shown := s.spec.Next(wall(local))
		if shown.IsZero() {
			return shown
		}
		next := local.Add(shown.Sub(wall(local)))
		_, end := local.ZoneBounds()
		if end.IsZero() || next.Before(end) {
			return next
		}
		// An occurrence in the very moment of the change counts.
		if before := wall(end).Add(-time.Nanosecond); s.spec.Next(before).Equal(wall(end)) {
			return end
		}
		local = end
	}
}

// someHours is an expression that names hours, such as "0 2 * * *". Each
// occurrence comes once a day: when the clock shows it first, or, where the
// clock leaps over it, at the moment of the leap.
type someHours struct {
	spec *cron.SpecSchedule
	loc  *time.Location
}

// Next is part of sync.Schedule.
func (s someHours) Next(t time.Time) time.Time {
	shown := wall(t.In(s.loc))
	for {
		shown = s.spec.Next(shown)
		if shown.IsZero() {
			return shown
		}
		// In an hour that comes twice, the clock shows again what has been.
		if next := firstShown(shown, s.loc); next.After(t) {
			return next
		}
	}
}

// firstShown is the first moment at which the clock shows that time or a later
// one.
func firstShown(shown time.Time, loc *time.Location) time.Time {
	// A day on either side, only one change of the clock can be in between.
	const day = 24 * time.Hour
	_, before := shown.Add(-day).In(loc).Zone()
	_, after := shown.Add(day).In(loc).Zone()
	for _, offset := range []int{before, after} {
		at := shown.Add(-time.Duration(offset) * time.Second).In(loc)
		if wall(at).Equal(shown) {
			return at
		}
	}
	leap, _ := shown.Add(-time.Duration(before) * time.Second).In(loc).ZoneBounds()
	return leap
}

// every is "@every 10m": multiples of a period since 1970, so that it does not
// begin anew with the agent.
type every struct{ period time.Duration }

// Next is part of sync.Schedule.
func (s every) Next(t time.Time) time.Time {
	period := int64(s.period / time.Second)
	n := t.Unix() / period
	if t.Unix() < 0 && t.Unix()%period != 0 {
		n--
	}
	return time.Unix((n+1)*period, 0).In(t.Location())
}
