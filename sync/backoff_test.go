package sync

import (
	"testing"
	"time"
)

func TestBackoffDoublesUpToItsCapWithinTheJitter(t *testing.T) {
	want := 5 * time.Second
	for count := 1; count < 40; count++ {
		if low := backoff(count, 0); low != want/2 {
			t.Errorf("failure %d: at least %s, want %s", count, low, want/2)
		}
		if high := backoff(count, 1); high != want {
			t.Errorf("failure %d: at most %s, want %s", count, high, want)
		}
		want = min(2*want, 5*time.Minute)
	}
}

func TestARetryOfAnotherThingStartsAnew(t *testing.T) {
	r := Retry{}.again("a", noon, 1).again("a", noon, 1).again("b", noon, 1)
	if r.Count != 1 || r.At != noon.Add(5*time.Second) {
		t.Errorf("%+v", r)
	}
}

func TestARetryWhoseTurnCameInVainIsDropped(t *testing.T) {
	due := Retry{Of: "a", Count: 2, At: noon}
	waiting := Retry{Of: "b", Count: 1, At: noon.Add(time.Minute)}
	r := Retries{Render: due, Apply: waiting}
	r.expire(r, noon)
	if (r.Render != Retry{}) || r.Apply != waiting {
		t.Errorf("%+v", r)
	}
}

func TestGitsRetryOutlivesAPassThatDoesNotAskGit(t *testing.T) {
	due := Retry{Count: 3, At: noon}
	r := Retries{Fetch: due}
	r.expire(r, noon.Add(time.Minute))
	if r.Fetch != due {
		t.Errorf("%+v", r)
	}
}
