package sync

import (
	"testing"
	"testing/synctest"
	"time"
)

// cover is a story in which one failure hides another, and what is left of them.
type cover struct {
	happens  func(t *testing.T, w *world, a *Agent)
	standing Standing
	verb     Verb // of the failure that is left
}

func covered() map[string]cover {
	return map[string]cover{
		"a broken commit is still broken when the bundle in place has recovered": {
			func(t *testing.T, w *world, a *Agent) {
				t.Helper()
				w.commit("ails", "abC")
				settle(t, a, everything)
				w.commit("broken", "#")
				settle(t, a, everything)
				w.cluster.cured = true
				settle(t, a, Ask{})
				elapse(time.Minute)
				settle(t, a, Ask{})
			}, StandingFailed, Render,
		},
		"a reverted commit leaves no failure when the bundle in place has recovered": {
			func(t *testing.T, w *world, a *Agent) {
				t.Helper()
				w.commit("ails", "abC")
				settle(t, a, everything)
				w.commit("broken", "#")
				settle(t, a, everything)
				w.commit("revert", "abC")
				settle(t, a, everything)
				w.cluster.cured = true
				settle(t, a, everything)
				elapse(time.Minute)
				settle(t, a, everything)
			}, StandingInStep, "",
		},
		"a bundle that ails still ails when the branch is there again": {
			func(t *testing.T, w *world, a *Agent) {
				t.Helper()
				w.commit("ails", "abC")
				settle(t, a, everything)
				w.git.err = errNoBranch
				settle(t, a, everything)
				w.git.err = nil
				settle(t, a, everything)
			}, StandingFailed, Observe,
		},
		"a broken commit is still broken when an older one that was interrupted is in place": {
			func(t *testing.T, w *world, a *Agent) {
				t.Helper()
				w.commit("one", "ab")
				settle(t, a, everything)
				w.commit("two", "xyz")
				w.cluster.errIn = 2
				settle(t, a, everything)
				w.commit("broken", "#")
				settle(t, a, everything)
				elapse(10 * time.Second)
				settle(t, a, Ask{})
			}, StandingFailed, Render,
		},
	}
}

func TestAFailureThatAnotherOneCoveredStandsUntilItIsMended(t *testing.T) {
	for name, c := range covered() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				a := w.boot(t)
				c.happens(t, w, a)
				st := a.Status()
				if st.Standing != c.standing {
					t.Errorf("standing %q (%s), want %q", st.Standing, st.Message, c.standing)
				}
				var verb Verb
				if st.State.Failure != nil {
					verb = st.State.Failure.Verb
				}
				if verb != c.verb {
					t.Errorf("failure %+v, want one of %q", st.State.Failure, c.verb)
				}
			})
		})
	}
}

func TestTwoFailuresAtOnceAreWrittenOnceEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("broken", "#")
		a := w.boot(t)
		stop := w.run(t, a)
		elapse(time.Minute)
		w.change(func() { w.git.err = errNoBranch })
		elapse(time.Hour)
		saves, _, _ := w.tally()
		elapse(6 * time.Hour)
		if now, _, _ := w.tally(); now != saves {
			t.Errorf("%d saves in six hours in which nothing changed", now-saves)
		}
		stop()
	})
}
