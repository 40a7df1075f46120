package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/lotsync/lotsync/sync"
)

// minEvery is the shortest period: a lot that asks more often asks too much.
const minEvery = time.Minute

const rightExample = `for example "*/5 * * * *" (every five minutes) or "0 2 * * *" (at two in the night)`

// field is one of the five of a cron expression.
type field struct {
	name string
	want string
	max  int // the longest step that means anything
}

func fields() []field {
	return []field{
		{"minute", "0-59", 59},
		{"hour", "0-23", 23},
		{"day of month", "1-31", 31},
		{"month", "1-12 or jan-dec", 12},
		{"day of week", "0-6 or sun-sat, where Sunday is 0", 6},
	}
}

// parse makes the plain schedule, without a phase, and says what its shortest
// period is.
func parse(expr string, loc *time.Location) (sync.Schedule, time.Duration, error) { //nolint:ireturn // three kinds of schedule
	if word, ok := strings.CutPrefix(expr, "@every "); ok {
		period, err := parsePeriod(strings.TrimSpace(word))
		return every{period: period}, period, err
	}
	spec, err := parseSpec(expr)
	if err != nil {
		return nil, 0, err
	}
	if spec.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, 0, errors.New("it never comes: no month has that day; " + rightExample)
	}
	const allHours = 1<<24 - 1
	if spec.Hour&allHours == allHours {
		return everyHour{spec: spec, loc: loc}, shortestGap(spec), nil
	}
	return someHours{spec: spec, loc: loc}, shortestGap(spec), nil
}

// shortestGap is the least time between two occurrences on a day that has them,
// and from such a day to the next.
func shortestGap(spec *cron.SpecSchedule) time.Duration {
	const day = 24 * 60
	first, last, gap := -1, -1, day
	for minute := range day {
		if spec.Hour&(1<<(minute/60)) == 0 || spec.Minute&(1<<(minute%60)) == 0 {
			continue
		}
		if first < 0 {
			first = minute
		} else {
			gap = min(gap, minute-last)
		}
		last = minute
	}
	return time.Duration(min(gap, first+day-last)) * time.Minute
}

func parsePeriod(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil || d < minEvery || d%time.Second != 0 {
		return 0, fmt.Errorf("period %q: want a time of at least %s in whole seconds, for example @every 10m", word, minEvery)
	}
	return d, nil
}

// parseSpec makes a wall clock schedule of five fields or of a word.
func parseSpec(expr string) (*cron.SpecSchedule, error) {
	if strings.HasPrefix(expr, "@") {
		spec, err := standard(expr)
		if err != nil {
			return nil, errors.New("want @hourly, @daily, @weekly, @monthly, @yearly, @every and a time, or five fields; " + rightExample)
		}
		return spec, nil
	}
	words := strings.Fields(expr)
	if len(words) != len(fields()) {
		return nil, fmt.Errorf("%d fields: want five: minute, hour, day, month, weekday (no seconds, no time zone); %s", len(words), rightExample)
	}
	for i, f := range fields() {
		if err := f.check(i, words[i]); err != nil {
			return nil, fmt.Errorf("%s %q: %w: want %s; %s", f.name, words[i], err, f.want, rightExample)
		}
	}
	return standard(strings.Join(words, " "))
}

// check tries one field by itself, so that an error can name it.
func (f field) check(place int, word string) error {
	for part := range strings.SplitSeq(word, ",") {
		if part == "" {
			return errors.New("a list with a gap")
		}
		// The library takes "*/90" for "once an hour".
		_, step, _ := strings.Cut(part, "/")
		if n, err := strconv.Atoi(step); err == nil && n > f.max {
			return fmt.Errorf("a step of %d is longer than the field", n)
		}
	}
	alone := []string{"*", "*", "*", "*", "*"}
	alone[place] = word
	_, err := standard(strings.Join(alone, " "))
	return err
}

// standard parses for a clock that never leaps: see wallclock.go.
func standard(expr string) (*cron.SpecSchedule, error) {
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("not a time of day")
	}
	spec.Location = time.UTC
	return spec, nil
}
