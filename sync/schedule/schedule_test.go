package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/schedule"
)

var _ sync.Schedule = (*schedule.Schedule)(nil)

const fleet = 6000

func site(i int) sync.Site { return sync.Site(fmt.Sprintf("nl/ams/%04d", i)) }

func mustNew(t *testing.T, expr string, spread time.Duration, zone string, lot sync.Site) *schedule.Schedule {
	t.Helper()
	s, err := schedule.New(expr, spread, zone, lot)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unshifted makes a schedule whose phase is nothing: the shortest spread has
// room for no other.
func unshifted(t *testing.T, expr, zone string) *schedule.Schedule {
	t.Helper()
	return mustNew(t, expr, time.Nanosecond, zone, site(1))
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func upcoming(s sync.Schedule, from time.Time, n int) []time.Time {
	var out []time.Time
	for range n {
		from = s.Next(from)
		out = append(out, from)
	}
	return out
}

func TestSixThousandLotsAskAtMomentsOfTheirOwn(t *testing.T) {
	from := at(t, "2026-11-23T09:00:00Z")
	perSecond, perMinute := map[int64]int{}, map[int]int{}
	seen := map[time.Time]bool{}
	for i := range fleet {
		lot := site(i)
		first := mustNew(t, "*/5 * * * *", 0, "", lot).Next(from)
		if again := mustNew(t, "*/5 * * * *", 0, "", lot).Next(from); !again.Equal(first) {
			t.Fatalf("%s: %s, and %s when built again", lot, first, again)
		}
		if day := mustNew(t, "*/5 * * * *", 0, "", lot).Next(from.Add(24 * time.Hour)); day.Sub(first) != 24*time.Hour {
			t.Fatalf("%s: %s today, %s tomorrow", lot, first, day)
		}
		if late := first.Sub(from); late < 0 || late >= 5*time.Minute {
			t.Fatalf("%s: asks %s after the full minute, want below 5m", lot, late)
		}
		seen[first] = true
		perSecond[first.Unix()]++
		perMinute[int(first.Sub(from)/time.Minute)]++
	}
	if len(seen) != fleet {
		t.Errorf("%d lots ask at %d different moments", fleet, len(seen))
	}
	most := 0
	for _, n := range perSecond {
		most = max(most, n)
	}
	t.Logf("%d lots over 300 s: at most %d in one second (20 on average), by minute %v", fleet, most, perMinute)
	if most > 45 {
		t.Errorf("%d lots ask in one second, want at most 45", most)
	}
	for minute := range 5 {
		if n := perMinute[minute]; n < 1080 || n > 1320 {
			t.Errorf("minute %d: %d lots, want 1200 and at most a tenth more or less", minute, n)
		}
	}
}

func TestDefaultSpreadIsThePeriodUpToAQuarterOfAnHour(t *testing.T) {
	for expr, want := range map[string]time.Duration{
		"* * * * *":         time.Minute,
		"*/5 * * * *":       5 * time.Minute,
		"0,4 * * * *":       4 * time.Minute,
		"0-58/2 8-18 * * *": 2 * time.Minute,
		"0 * * * *":         15 * time.Minute,
		"0 2 * * *":         15 * time.Minute,
		"5 2,3 * * *":       15 * time.Minute,
		"0 0 29 2 *":        15 * time.Minute,
		"0,55 0,23 * * *":   5 * time.Minute, // 23:55, 00:00
		"@every 3m":         3 * time.Minute,
		"@daily":            15 * time.Minute,
	} {
		t.Run(expr, func(t *testing.T) {
			from := at(t, "2026-06-01T12:00:00Z")
			plain := unshifted(t, expr, "Europe/Amsterdam").Next(from)
			var latest time.Duration
			for i := range 300 {
				// The schedule's own moment may be one that has passed, plus a phase.
				shifted := mustNew(t, expr, 0, "Europe/Amsterdam", site(i))
				late := shifted.Next(plain.Add(-time.Nanosecond)).Sub(plain)
				if late < 0 || late >= want {
					t.Fatalf("%s comes %s late, want below %s", site(i), late, want)
				}
				latest = max(latest, late)
			}
			if latest < want*9/10 {
				t.Errorf("300 lots use %s of the %s there are", latest, want)
			}
		})
	}
}

func TestAnOccurrenceWhosePhaseHasNotPassedIsStillAhead(t *testing.T) {
	s := mustNew(t, "0 2 * * *", 10*time.Minute, "", "nl/ams/0042")
	two := at(t, "2026-11-23T02:00:00Z")
	due := s.Next(two.Add(-time.Hour))
	if due.Equal(two) {
		t.Fatal("this site has no phase: choose another for this test")
	}
	for name, c := range map[string]struct{ now, want time.Time }{
		"long before":       {two.Add(-time.Hour), due},
		"at two":            {two, due},
		"just before":       {due.Add(-time.Nanosecond), due},
		"at its moment":     {due, due.Add(24 * time.Hour)},
		"just after":        {due.Add(time.Nanosecond), due.Add(24 * time.Hour)},
		"when the day ends": {two.Add(22 * time.Hour), due.Add(24 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Next(c.now); !got.Equal(c.want) {
				t.Errorf("Next(%s) = %s, want %s", c.now, got, c.want)
			}
		})
	}
}

func TestTheChangeOfTheClock(t *testing.T) {
	// In Amsterdam the clock leapt from 2:00 to 3:00 at 01:00 UTC on 2026-03-29,
	// and showed 2:00 to 3:00 twice from 00:00 to 02:00 UTC on 2026-10-25.
	for name, c := range map[string]struct {
		expr, from string
		want       []string
	}{
		"in spring, what the clock leaps over comes at the leap": {
			"0 2 * * *", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"},
		},
		"in spring, several leapt over are one": {
			"*/20 2-3 * * *", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z", "2026-03-30T00:00:00Z"},
		},
		"in autumn, what the clock shows twice comes once": {
			"0 2 * * *", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"},
		},
		"asked between the two showings, it has been": {
			"30 2 * * *", "2026-10-25T00:45:00Z",
			[]string{"2026-10-26T01:30:00Z"},
		},
		"in spring, polling goes on": {
			"*/30 * * * *", "2026-03-29T00:15:00Z",
			[]string{"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
		},
		"in autumn, polling goes on through both hours": {
			"*/30 * * * *", "2026-10-25T00:15:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, next := range upcoming(unshifted(t, c.expr, "Europe/Amsterdam"), at(t, c.from), len(c.want)) {
				got = append(got, next.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWordsAndPeriods(t *testing.T) {
	for name, c := range map[string]struct{ expr, zone, from, want string }{
		"daily is the zone's midnight": {"@daily", "Europe/Amsterdam", "2026-11-23T12:00:00Z", "2026-11-23T23:00:00Z"},
		"hourly":                       {"@hourly", "", "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"},
		"every ten minutes, whenever it was begun": {"@every 10m", "", "2026-11-23T12:03:11Z", "2026-11-23T12:10:00Z"},
		"every seven minutes since 1970":           {"@every 7m", "", "1970-01-01T00:07:00Z", "1970-01-01T00:14:00Z"},
		"a clock that lost its battery":            {"@every 10m", "", "1969-12-31T23:55:00Z", "1970-01-01T00:00:00Z"},
		"working days":                             {"0 9 * * mon-fri", "", "2026-11-20T10:00:00Z", "2026-11-23T09:00:00Z"},
		"the next leap year":                       {"0 0 29 2 *", "", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		"more blanks than needed":                  {" 0  9 * *  * ", "", "2026-11-20T10:00:00Z", "2026-11-21T09:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unshifted(t, c.expr, c.zone).Next(at(t, c.from)); !got.Equal(at(t, c.want)) {
				t.Errorf("Next(%s) = %s, want %s", c.from, got.UTC().Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestWhatIsWrongIsNamedWithWhatIsRight(t *testing.T) {
	for name, c := range map[string]struct {
		expr, zone string
		spread     time.Duration
		want       []string
	}{
		"nothing":                     {"", "", 0, []string{`schedule ""`, "0 fields", "*/5 * * * *"}},
		"seconds":                     {"0 */5 * * * *", "", 0, []string{"6 fields", "no seconds", "*/5 * * * *"}},
		"a zone in the expression":    {"CRON_TZ=Europe/Paris 0 2 * * *", "", 0, []string{"6 fields", "no time zone"}},
		"a zone in place of a field":  {"TZ=Europe/Paris 2 * * *", "", 0, []string{`minute "TZ=Europe/Paris"`, "want 0-59"}},
		"a minute that is not one":    {"60 * * * *", "", 0, []string{`schedule "60 * * * *"`, `minute "60"`, "want 0-59"}},
		"an hour that is not one":     {"0 24 * * *", "", 0, []string{`hour "24"`, "want 0-23"}},
		"a day that is not one":       {"0 0 0 * *", "", 0, []string{`day of month "0"`, "want 1-31"}},
		"a month that is not one":     {"0 0 1 juny *", "", 0, []string{`month "juny"`, "jan-dec"}},
		"Sunday as seven":             {"0 0 * * 7", "", 0, []string{`day of week "7"`, "Sunday is 0"}},
		"a gap in a list":             {"1,,2 * * * *", "", 0, []string{`minute "1,,2"`, "gap"}},
		"no step":                     {"*/0 * * * *", "", 0, []string{`minute "*/0"`}},
		"a step beyond the hour":      {"*/90 * * * *", "", 0, []string{`minute "*/90"`, "a step of 90"}},
		"a range backwards":           {"0 18-8 * * *", "", 0, []string{`hour "18-8"`}},
		"a day that no month has":     {"0 0 31 2 *", "", 0, []string{`schedule "0 0 31 2 *"`, "never comes"}},
		"a word that is not one":      {"@noon", "", 0, []string{`schedule "@noon"`, "@daily"}},
		"less than a minute":          {"@every 30s", "", 0, []string{"30s", "at least 1m0s", "@every 10m"}},
		"a period that is not one":    {"@every ten minutes", "", 0, []string{`"ten minutes"`, "@every 10m"}},
		"a period in parts of second": {"@every 90.5s", "", 0, []string{"whole seconds"}},
		"a zone that is not one":      {"* * * * *", "Europe/Amsterdm", 0, []string{`"Europe/Amsterdm"`, "Europe/Amsterdam"}},
		"the machine's own zone":      {"* * * * *", "Local", 0, []string{`"Local"`, "IANA"}},
		"a negative spread":           {"* * * * *", "", -time.Second, []string{"spread -1s", "want"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schedule.New(c.expr, c.spread, c.zone, "nl/ams/0042")
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func FuzzNew(f *testing.F) {
	for _, seed := range []string{"*/5 * * * *", "0 2 * * 1-5", "@every 1m", "TZ=", "1,,2 * * * *", "@daily"} {
		f.Add(seed, int64(1795455039))
	}
	f.Fuzz(func(t *testing.T, expr string, unix int64) {
		s, err := schedule.New(expr, 0, "Europe/Amsterdam", "nl/ams/0042")
		if err != nil {
			return
		}
		now := time.Unix(unix%(1<<33), 0)
		if next := s.Next(now); !next.IsZero() && !next.After(now) {
			t.Errorf("%q: Next(%s) = %s", expr, now, next)
		}
	})
}
