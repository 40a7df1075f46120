package sync

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestGitIsLeftAloneAsLongAsItWants(t *testing.T) {
	for sentence, c := range map[string]struct {
		after, atLeast, atMost time.Duration
	}{
		"twenty minutes":                      {20 * time.Minute, 20 * time.Minute, 21 * time.Minute},
		"less than the backoff":               {time.Millisecond, backoffBase / 2, backoffBase + time.Second},
		"a day, which is cut down to an hour": {24 * time.Hour, time.Hour, time.Hour + time.Minute},
		"a time that has passed":              {-time.Hour, backoffBase / 2, backoffBase + time.Second},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.commit("one", "abc")
				w.git.err = fmt.Errorf("fetch: %w", &RetryAfterError{After: c.after, Err: ErrOffline})
				stop := w.run(t, w.boot(t))
				elapse(2 * time.Hour)
				stop()
				if len(w.git.fetches) < 2 {
					t.Fatalf("asked %d times", len(w.git.fetches))
				}
				if waited := w.git.fetches[1].Sub(w.git.fetches[0]); waited < c.atLeast || waited > c.atMost {
					t.Errorf("asked again after %s, want %s to %s", waited, c.atLeast, c.atMost)
				}
			})
		})
	}
}

func TestRetryAfterKeepsTheClassOfItsError(t *testing.T) {
	err := error(&RetryAfterError{After: time.Minute, Err: fmt.Errorf("busy: %w", ErrOffline)})
	if !errors.Is(err, ErrOffline) || err.Error() != "busy: git is out of reach" {
		t.Errorf("got %v", err)
	}
}
