package sync

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var everything = Ask{Poll: true, Drift: true}

// elapse lets the time go by, and the loop do what it does in it.
func elapse(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// settle makes passes, with the time between them that the loop would take, until
// the lot is not settling any more.
func settle(t *testing.T, a *Agent, ask Ask) Outcome {
	t.Helper()
	out := a.Settle(t.Context(), ask)
	if out.Standing == StandingSettling {
		t.Fatalf("still settling: %+v", out)
	}
	return out
}

func TestACommitGoesAllTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		if out := settle(t, a, everything); out.Standing != StandingInStep {
			t.Fatalf("standing %q: %s", out.Standing, out.Message)
		}
		w.commit("two", "abd")
		out := settle(t, a, everything)
		if out.Standing != StandingInStep || w.content() != "abd" {
			t.Fatalf("standing %q, cluster %q", out.Standing, w.content())
		}
		if got := a.Status().State.Good.Revision; got.Commit != w.git.tip.Commit {
			t.Errorf("good is %s", got.Commit)
		}
	})
}

func TestWhatLeftGitStaysUntilTheNewBundleIsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "ab")
		settle(t, a, everything)
		w.commit("two", "a")
		if out := a.Sync(t.Context(), everything); out.Standing != StandingSettling {
			t.Fatalf("standing %q", out.Standing)
		}
		if w.content() != "ab" {
			t.Fatalf("pruned before the new bundle was good: %q", w.content())
		}
		settle(t, a, Ask{})
		if w.content() != "a" {
			t.Fatalf("not pruned: %q", w.content())
		}
	})
}

func TestAPassWithNothingNewWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		settle(t, a, everything)
		saves, writes, renders := w.disk.saves, w.cluster.writes, w.renders
		for _, name := range []string{"to another lot", "and another"} {
			w.commit(name, "abc")
			settle(t, a, everything)
		}
		a = w.boot(t) // nor does a new start
		settle(t, a, everything)
		if w.disk.saves != saves || w.cluster.writes != writes || w.renders != renders {
			t.Errorf("saves %d→%d, cluster writes %d→%d, renders %d→%d", saves, w.disk.saves, writes, w.cluster.writes, renders, w.renders)
		}
	})
}

func TestAnUpdateIsSavedThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		settle(t, a, everything)
		if w.disk.saves != 3 { // intended, applied, good
			t.Errorf("%d saves", w.disk.saves)
		}
	})
}

func TestABadCommitChangesNothingAndIsReportedOnce(t *testing.T) {
	for name, content := range map[string]string{"refused by the server": "ab!", "refused by the renderer": "bad"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.badKey = DigestOf([]byte("key of bad"))
				a := w.boot(t)
				w.commit("one", "abc")
				settle(t, a, everything)
				w.commit("two", content)
				writes := w.cluster.writes
				out := settle(t, a, everything)
				if out.Standing != StandingFailed || out.Message == "" {
					t.Fatalf("standing %q, message %q", out.Standing, out.Message)
				}
				saves := w.disk.saves
				for range 20 {
					elapse(5 * time.Minute)
					settle(t, a, everything)
				}
				if w.content() != "abc" || w.cluster.writes != writes {
					t.Errorf("the cluster was touched: %q", w.content())
				}
				if w.disk.saves != saves {
					t.Errorf("the same failure was written %d times more", w.disk.saves-saves)
				}
				w.commit("three", "abd")
				if out := settle(t, a, everything); out.Standing != StandingInStep || w.content() != "abd" {
					t.Errorf("the mend did not come through: %+v, %q", out, w.content())
				}
			})
		})
	}
}

func TestARevertOfABadCommitMendsTheLot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		settle(t, a, everything)
		w.commit("two", "ab!")
		settle(t, a, everything)
		w.commit("revert", "abc")
		if out := settle(t, a, everything); out.Standing != StandingInStep || a.Status().State.Failure != nil {
			t.Errorf("%+v", out)
		}
	})
}

func TestARefusalInTheMiddlePutsTheLastBundleBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "ab")
		settle(t, a, everything)
		w.commit("two", "acd?")
		out := settle(t, a, everything)
		if out.Standing != StandingFailed {
			t.Fatalf("standing %q", out.Standing)
		}
		stop := w.run(t, a)
		elapse(5 * time.Minute)
		stop()
		if w.content() != "ab" {
			t.Errorf("cluster %q", w.content())
		}
	})
}

func TestHandMadeChangesComeBackWithinTheDriftInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		stop := w.run(t, w.boot(t))
		elapse(2 * time.Minute)
		w.change(func() {
			delete(w.cluster.objects, 'b')
			w.git.err = errLink // with no link at all
		})
		elapse(DefaultPolicy().Drift)
		if w.content() != "abc" {
			t.Errorf("cluster %q", w.content())
		}
		stop()
	})
}

func TestAnAilingBundleIsReportedAndGoodOnceItIsHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abC")
		a := w.boot(t)
		out := settle(t, a, everything)
		if out.Standing != StandingFailed || !strings.Contains(out.Message, "Pod C: unhealthy: CrashLoopBackOff") {
			t.Fatalf("%+v", out)
		}
		if took := time.Since(a.Status().State.History[0].Time); took < DefaultPolicy().HealthTimeout {
			t.Errorf("given up after %s", took)
		}
		w.commit("two", "abc")
		if out := settle(t, a, everything); out.Standing != StandingInStep {
			t.Errorf("%+v", out)
		}
	})
}

func TestANewCommitTakesOverARolloutThatIsStillJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abC")
		stop := w.run(t, w.boot(t))
		elapse(2 * time.Minute)
		w.commit("two", "abd")
		elapse(6 * time.Minute)
		if w.content() != "abd" {
			t.Errorf("cluster %q", w.content())
		}
		stop()
	})
}

// run starts the loop; the function that it returns ends it.
func (w *world) run(t *testing.T, a *Agent) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

func TestThreeDaysWithoutGitOrTheAPI(t *testing.T) {
	unavailable := errors.Join(ErrUnavailable, errors.New("connection refused"))
	cases := map[string]struct{ git, api error }{
		"Git away":  {git: errLink},
		"API away":  {api: unavailable},
		"both away": {git: errLink, api: unavailable},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.commit("one", "abc")
				a := w.boot(t)
				stop := w.run(t, a)
				elapse(10 * time.Minute)
				saves, fetches := w.disk.saves, len(w.git.fetches)
				w.change(func() { w.git.err, w.cluster.err = c.git, c.api })
				for day := range 3 {
					elapse(24 * time.Hour)
					w.commit(string(rune('A'+day)), "abd")
				}
				synctest.Wait()
				if c.git != nil && w.disk.saves != saves {
					t.Errorf("%d writes during the outage", w.disk.saves-saves)
				}
				// The schedule and the backoff's cap are both five minutes, and jitter takes
				// a quarter of it.
				if n := len(w.git.fetches) - fetches; n < 3*24*12-2 || n > 3*24*16+10 {
					t.Errorf("%d fetches in three days", n)
				}
				w.change(func() { w.git.err, w.cluster.err = nil, nil })
				elapse(10*time.Minute + time.Minute)
				if w.content() != "abd" || a.Status().Standing != StandingInStep {
					t.Errorf("not caught up: %q, %s: %s", w.content(), a.Status().Standing, a.Status().Message)
				}
				stop()
			})
		})
	}
}

func TestTheLoopDoesNotSpin(t *testing.T) {
	for name, content := range map[string]string{"in step": "abc", "refused": "ab!", "ailing": "abC", "refused in the middle": "ab?"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				a := w.boot(t)
				passes := 0
				a.cfg.OnPass = func(Outcome) { passes++ }
				w.commit("one", content)
				stop := w.run(t, a)
				elapse(24 * time.Hour)
				if passes > 24*12*4 {
					t.Errorf("%d passes in a day", passes)
				}
				stop()
			})
		})
	}
}

func TestTheNewestCommitSeenIsSavedOnTheWayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		stop := w.run(t, w.boot(t))
		elapse(2 * time.Minute)
		w.commit("to another lot", "abc")
		elapse(6 * time.Minute)
		if w.disk.state.Seen.Commit == w.git.tip.Commit {
			t.Fatal("saved while nothing of this lot changed")
		}
		stop()
		if w.disk.state.Seen.Commit != w.git.tip.Commit {
			t.Error("not saved at the end")
		}
	})
}

func TestARequestIsAnsweredByTheRunningLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.commit("one", "abc")
		a := w.boot(t)
		stop := w.run(t, a)
		elapse(2 * time.Minute)
		w.commit("two", "abd")
		out, err := a.Request(t.Context(), Ask{Poll: true, Now: true})
		if err != nil || out.Tip.Commit != w.git.tip.Commit || w.content() != "abcd" {
			t.Errorf("%+v, %v, cluster %q", out, err, w.content())
		}
		stop()
	})
}

func TestADiskThatCannotBeWrittenStopsThePassBeforeTheCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		w.disk.err = errors.New("no space left on device")
		out := a.Sync(t.Context(), everything)
		if out.Err == nil || w.content() != "" {
			t.Fatalf("err %v, cluster %q", out.Err, w.content())
		}
		w.disk.err = nil
		if out := settle(t, a, everything); out.Standing != StandingInStep {
			t.Errorf("not recovered: %+v", out)
		}
	})
}

func TestALostBundleIsRenderedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := w.boot(t)
		w.commit("one", "abc")
		settle(t, a, everything)
		w.disk.bundles = nil
		w.git.err = errLink
		delete(w.cluster.objects, 'a')
		a = w.boot(t)
		settle(t, a, everything)
		if len(w.disk.bundles) != 1 {
			t.Error("the bundle was not rendered again")
		}
		settle(t, a, Ask{Drift: true})
		if w.content() != "abc" {
			t.Errorf("cluster %q", w.content())
		}
	})
}

func TestAStateOfAnotherSiteIsRefused(t *testing.T) {
	w := newWorld()
	w.disk.state = State{Site: "nl/ams/0001"}
	_, err := New(Config{Site: "nl/ams/0042", Store: w})
	if err == nil || !strings.Contains(err.Error(), "nl/ams/0001") {
		t.Errorf("error %v", err)
	}
}
