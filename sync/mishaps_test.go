package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	errAPI      = errors.Join(ErrUnavailable, errors.New("connection refused"))
	errNoBranch = fmt.Errorf("no such branch: %w", ErrInvalid)
	errFull     = errors.New("no space left on device")
)

// counted counts the agent's passes.
func counted(a *Agent) *atomic.Int64 {
	n := new(atomic.Int64)
	a.cfg.OnPass = func(Outcome) { n.Add(1) }
	return n
}

func TestTheIntentionIsOnDiskBeforeTheClusterIsTouchedEvenAfterASaveThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		w.disk.saveErr = errFull // there is room for the bundle, not for the state
		for range 3 {
			a.Sync(t.Context(), everything)
			elapse(time.Minute)
		}
		if w.content() != "" || w.cluster.unannounced > 0 {
			t.Errorf("cluster %q", w.content())
		}
		w.disk.saveErr = nil
		if out := settle(t, a, everything); out.Standing != StandingInStep || w.cluster.unannounced > 0 {
			t.Errorf("%+v", out)
		}
	})
}

func TestWithAFullDiskTheLotIsStillRepaired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		settle(t, a, everything)
		w.disk.err = errFull
		w.commit("two", "abd")
		stop := w.run(t, a)
		elapse(time.Minute)
		w.change(func() { delete(w.cluster.objects, 'b') })
		elapse(DefaultPolicy().Drift)
		if w.content() != "abc" {
			t.Errorf("cluster %q", w.content())
		}
		w.change(func() { w.disk.err = nil })
		elapse(10 * time.Minute)
		if w.content() != "abd" {
			t.Errorf("with room again: cluster %q", w.content())
		}
		stop()
	})
}

func TestWhatAFullDiskKeptFromBeingSavedIsSavedOnceThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		a.Sync(t.Context(), everything)
		w.disk.err = errFull
		passes := counted(a)
		stop := w.run(t, a)
		elapse(10 * time.Minute)
		if n := passes.Load(); n > 100 {
			t.Errorf("%d passes in ten minutes", n)
		}
		w.change(func() { w.disk.err = nil })
		elapse(10 * time.Minute)
		w.change(func() {
			if current := w.disk.state.Current; current == nil || current.Phase != Good {
				t.Errorf("on disk: %+v", current)
			}
		})
		stop()
	})
}

func TestAPruneThatFailsBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		w.cluster.pruneErr = errors.New("pods is forbidden")
		a := w.boot(t)
		passes := counted(a)
		stop := w.run(t, a)
		elapse(6 * time.Hour)
		if n := passes.Load(); n > 6*12*4+40 {
			t.Errorf("%d passes in six hours", n)
		}
		if !a.Status().APILostSince.IsZero() {
			t.Error("an API that forbids something is said to be away")
		}
		stop()
	})
}

func TestABundleThatIsLostAndCannotBeRenderedIsNoReasonToSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abC")
		a := w.boot(t)
		stop := w.run(t, a)
		elapse(time.Minute)
		w.commit("two", "ab!")
		elapse(5 * time.Minute)
		w.change(func() { w.disk.bundles = nil })
		elapse(time.Hour)
		saves, _, renders := w.tally()
		elapse(time.Hour)
		savesNow, _, rendersNow := w.tally()
		if rendersNow-renders > 30 || savesNow != saves {
			t.Errorf("in an hour %d renders, %d saves", rendersNow-renders, savesNow-saves)
		}
		if st := a.Status(); st.Standing != StandingFailed || st.Message == "" {
			t.Errorf("standing %q: %q", st.Standing, st.Message)
		}
		stop()
	})
}

func TestARepairThatTheAPICutShortIsTakenUpWhenItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		settle(t, a, everything)
		clear(w.cluster.objects)
		w.cluster.errIn = 2 // after one object
		stop := w.run(t, a)
		elapse(time.Minute)
		if w.content() != "abc" || a.Status().Standing != StandingInStep {
			t.Errorf("cluster %q, standing %q: %s", w.content(), a.Status().Standing, a.Status().Message)
		}
		stop()
	})
}

func TestAnOutageOfTheAPIIsNoTimeInWhichABundleSettles(t *testing.T) {
	w := Watch{}.look(true, noon)
	if w = w.look(true, noon.Add(10*time.Second)); !w.settled(Policy{Settle: 10 * time.Second}, noon.Add(10*time.Second)) {
		t.Errorf("healthy for ten seconds: %+v", w)
	}
	if w = w.look(true, noon.Add(3*time.Hour)); w.settled(Policy{Settle: 10 * time.Second}, noon.Add(3*time.Hour)) {
		t.Errorf("healthy before and after three hours that nobody saw: %+v", w)
	}
}

func TestARefusalInTheMiddleIsTriedAgainRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "ab")
		a := w.boot(t)
		settle(t, a, everything)
		w.commit("two", "acd?")
		stop := w.run(t, a)
		elapse(6 * time.Hour)
		_, writes, _ := w.tally()
		elapse(24 * time.Hour)
		if _, now, _ := w.tally(); now-writes > 24*2*5 { // two objects come and go again
			t.Errorf("%d writes to the cluster in a day", now-writes)
		}
		stop()
	})
}

// TestStoppedAtAnyStepNothingIsAFailure ends the agent, as SIGTERM does, at each
// step of an update in turn: it ends at once, saves what it knows, and calls
// nothing a failure.
func TestStoppedAtAnyStepNothingIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := 1
		for ; stoppedAt(t, at); at++ {
		}
		if at < 10 {
			t.Errorf("only %d steps", at)
		}
	})
}

func stoppedAt(t *testing.T, at int) (stopped bool) {
	t.Helper()
	w := newWorld()
	w.commit("one", "abc")
	a := w.boot(t)
	settle(t, a, everything)
	w.commit("two", "abd")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	w.steps, w.cancelAt, w.cancel = 0, at, cancel
	started := time.Now()
	if err := a.Run(ctx); err != nil {
		t.Errorf("step %d: %v", at, err)
	}
	st := a.Status()
	if st.State.Failure != nil || !st.OfflineSince.IsZero() || !st.APILostSince.IsZero() || a.mem.retries != (Retries{}) {
		t.Errorf("step %d: %+v, retries %+v", at, st, a.mem.retries)
	}
	if w.disk.state.Seen != a.st.Seen {
		t.Errorf("step %d: the newest commit seen was not saved", at)
	}
	if time.Since(started) == 2*time.Minute {
		return false
	}
	w.cancelAt = 0
	b := w.boot(t)
	if out := settle(t, b, everything); out.Standing != StandingInStep || w.content() != "abd" {
		t.Errorf("step %d: the next start comes to %+v, cluster %q", at, out, w.content())
	}
	return true
}

func TestWhoAsksALoopThatEndsIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended, answers := make(chan error), make(chan error, 4)
		go func() { ended <- a.Run(ctx) }()
		elapse(2 * time.Minute)
		cancel()
		for range cap(answers) {
			go func() {
				_, err := a.RequestSettled(context.WithoutCancel(ctx), everything)
				answers <- err
			}()
		}
		a.Kick(everything)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for range cap(answers) {
			if err := <-answers; err != nil && !errors.Is(err, ErrStopped) {
				t.Error(err)
			}
		}
	})
}

func TestAClockThatWasSetDoesNotKeepALotFromAsking(t *testing.T) {
	fiveMinutes := func(Policy) (Schedule, error) { return every(5 * time.Minute), nil }
	for name, jump := range map[string]time.Duration{"back": 5 * time.Hour, "forward": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			// What the loop remembers is from before the jump: later, or earlier, than now.
			a := &Agent{cfg: Config{Schedule: fiveMinutes}, st: State{Policy: DefaultPolicy()}, mem: memory{lastPoll: noon.Add(jump), lastDrift: noon}}
			if next := a.agenda(noon).poll; next.Sub(noon) > 5*time.Minute {
				t.Errorf("the next poll is in %s", next.Sub(noon))
			}
		})
	}
}

func TestTheNextPassIsKnownByTheBootClock(t *testing.T) {
	a := &Agent{}
	a.expect(time.Minute)
	if next := a.Status().NextPass; !strings.Contains(next.String(), "m=") {
		t.Error("setting the clock would make the next pass seem late")
	}
}

func TestAPolicyCannotMakeTheLoopSpin(t *testing.T) {
	a := &Agent{st: State{Policy: Policy{Drift: time.Nanosecond}}, mem: memory{lastDrift: noon}}
	a.cfg.Schedule = func(Policy) (Schedule, error) { return every(time.Hour), nil }
	if in := a.agenda(noon).next().Sub(noon); in < driftSoonest {
		t.Errorf("the next pass is in %s", in)
	}
}
