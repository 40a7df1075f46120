package sync

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTrafficIsCountedByDayAndMonth(t *testing.T) {
	last := time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC)
	tr := Traffic{}.add(Phases{Fetch: Bytes{1, 10}}, last.Add(-24*time.Hour)).add(Phases{Fetch: Bytes{2, 20}}, last).add(Phases{Fetch: Bytes{3, 30}}, last)
	want := Traffic{Day: "2026-11-30", Today: Phases{Fetch: Bytes{5, 50}}, Month: "2026-11", ThisMonth: Phases{Fetch: Bytes{6, 60}}}
	if tr != want {
		t.Errorf("%+v", tr)
	}
	want = Traffic{Day: "2026-12-01", Today: Phases{Fetch: Bytes{4, 40}}, Month: "2026-12", ThisMonth: Phases{Fetch: Bytes{4, 40}}}
	if tr = tr.add(Phases{Fetch: Bytes{4, 40}}, last.Add(time.Hour)); tr != want {
		t.Errorf("the month after: %+v", tr)
	}
}

func TestCountingCostsNoWriteOfItsOwnButOneADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		a.cfg.Traffic = func() Phases {
			w.mu.Lock()
			defer w.mu.Unlock()
			return Phases{Poll: Bytes{Up: int64(len(w.git.fetches)), Down: 2 * int64(len(w.git.fetches))}}
		}
		stop := w.run(t, a)
		saves := func() (n int) {
			w.change(func() { n = w.disk.saves })
			return n
		}
		elapse(10 * time.Minute)
		before := saves()
		elapse(23 * time.Hour) // synctest begins at midnight
		if n := saves(); n != before {
			t.Errorf("%d saves in a day in which nothing happened", n-before)
		}
		elapse(2 * time.Hour)
		if n := saves(); n != before+1 {
			t.Errorf("%d saves at the turn of the day", n-before)
		}
		stop()
		if got := w.disk.state.Traffic.ThisMonth.Poll.Up; got != int64(len(w.git.fetches)) {
			t.Errorf("%d counted, %d polls", got, len(w.git.fetches))
		}
	})
}
