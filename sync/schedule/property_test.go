package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEachOccurrenceComesOnceAndInOrder(t *testing.T) {
	exprs := []string{"*/5 * * * *", "0 2 * * *", "7,11,40 */3 1,15 * 1-5", "30 2 * 3,10 0", "*/15 0-3 * * *", "@every 7m"}
	zones := []string{"", "Europe/Amsterdam", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"}
	for _, expr := range exprs {
		for _, zone := range zones {
			t.Run(expr+" "+zone, func(t *testing.T) {
				s, err := New(expr, 3*time.Hour, zone, "de/ber/0007")
				if err != nil {
					t.Fatal(err)
				}
				start := time.Date(2026, time.March, 20, 0, 0, 0, 0, time.UTC)
				plain, shifted := s.plain.Next(start.Add(-s.phase)), s.Next(start)
				for range 3000 {
					if got := shifted.Sub(plain); got != s.phase {
						t.Fatalf("%s comes %s after %s, want %s", shifted, got, plain, s.phase)
					}
					nextPlain, nextShifted := s.plain.Next(plain), s.Next(shifted)
					if !nextShifted.After(shifted) {
						t.Fatalf("Next(%s) = %s", shifted, nextShifted)
					}
					plain, shifted = nextPlain, nextShifted
				}
			})
		}
	}
}

// TestAgainstTheClockOnTheWall holds the schedules against one that looks at the
// clock every minute.
func TestAgainstTheClockOnTheWall(t *testing.T) {
	exprs := []string{"*/5 * * * *", "10,50 * * * *", "0 * * * 0", "0 2 * * *", "15,45 0-3 * * *", "30 2 * 3,4,9,10 0", "0 0 * * *"}
	zones := []string{"Europe/Amsterdam", "Australia/Lord_Howe", "America/Santiago", "America/New_York", "Asia/Kathmandu"}
	changes := []time.Time{
		time.Date(2026, time.March, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.April, 5, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.September, 6, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.October, 4, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.October, 25, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, expr := range exprs {
		for _, zone := range zones {
			t.Run(expr+" "+zone, func(t *testing.T) {
				s, err := New(expr, 1, zone, "nl/ams/0042")
				if err != nil {
					t.Fatal(err)
				}
				for _, change := range changes {
					from, to := change.Add(-36*time.Hour), change.Add(36*time.Hour)
					var got []time.Time
					for next := s.Next(from); next.Before(to); next = s.Next(next) {
						got = append(got, next)
					}
					if diff := cmp.Diff(watched(t, expr, zone, from, to), got); diff != "" {
						t.Errorf("around %s (-watched +got):\n%s", change, diff)
					}
				}
			})
		}
	}
}

// watched lists an expression's moments by looking at the clock on the wall
// every minute: whether it shows a time of the expression, or has leapt over
// one, and whether it has shown that before.
func watched(t *testing.T, expr, zone string, from, to time.Time) []time.Time {
	t.Helper()
	spec, err := parseSpec(expr)
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	const allHours = 1<<24 - 1
	everyHour := spec.Hour&allHours == allHours
	matches := func(shown time.Time) bool { return spec.Next(shown.Add(-time.Second)).Equal(shown) }

	var out []time.Time
	last := wall(from.In(loc))
	for now := from.Add(time.Minute); now.Before(to); now = now.Add(time.Minute) {
		shown := wall(now.In(loc))
		due := matches(shown)
		if !everyHour {
			due = false
			for leapt := last.Add(time.Minute); !leapt.After(shown); leapt = leapt.Add(time.Minute) {
				due = due || matches(leapt)
			}
			if shown.After(last) {
				last = shown
			}
		}
		if due {
			out = append(out, now.In(loc))
		}
	}
	return out
}
