package sync

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestACrashAtAnyStepIsTakenUp cuts the power at each step of the story in turn:
// before and after each save, each bundle written, each object, each look. The
// next start has to come to where the story ends without a cut.
func TestACrashAtAnyStepIsTakenUp(t *testing.T) {
	stories := map[string]struct {
		first, second, want string
	}{
		"first sync":            {second: "abc", want: "abc"},
		"update":                {first: "abc", second: "abd", want: "abd"},
		"refused":               {first: "abc", second: "ab!", want: "abc"},
		"refused in the middle": {first: "ab", second: "acd?", want: "ab"},
		"everything replaced":   {first: "abc", second: "xy", want: "xy"},
	}
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := 1
				for ; tell(t, s.first, s.second, s.want, at); at++ {
				}
				if at < 6 {
					t.Errorf("only %d steps: the story was not told", at)
				}
				t.Logf("%d steps, a crash at each", at-1)
			})
		})
	}
}

// tell plays the story with a crash at the given step and reports whether the
// crash came.
func tell(t *testing.T, first, second, want string, at int) (crashed bool) {
	t.Helper()
	w := newWorld()
	if first != "" {
		w.commit("one", first)
		settle(t, w.boot(t), everything)
	}
	w.commit("two", second)
	w.steps, w.crashAt = 0, at
	crashed = w.untilCrash(t)
	w.crashAt = 0
	a := w.boot(t)
	stop := w.run(t, a)
	elapse(15 * time.Minute)
	last := a.Status()
	stop()
	if w.content() != want {
		t.Errorf("crash at step %d: the cluster has %q, want %q (%s: %s)", at, w.content(), want, last.Standing, last.Message)
	}
	if len(w.cluster.inventory) != len(want) {
		t.Errorf("crash at step %d: the inventory has %d objects, want %d", at, len(w.cluster.inventory), len(want))
	}
	return crashed
}

func (w *world) untilCrash(t *testing.T) (crashed bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(crash); !ours {
				panic(fmt.Sprintf("not a planned crash: %v", r))
			}
			crashed = true
		}
	}()
	settle(t, w.boot(t), everything)
	return false
}
