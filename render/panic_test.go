package render

import (
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
)

func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	snap := sync.Snapshot{Site: "nl/ams/0001", Revision: sync.Revision{Commit: "0123456789abcdef"}}
	a, manifest := respond(snap, DefaultLimits(), func(sync.Snapshot, Limits) (Output, error) {
		panic("index out of range")
	})
	if !strings.Contains(a.Invalid, "site nl/ams/0001") || !strings.Contains(a.Invalid, "index out of range") || manifest != nil {
		t.Errorf("got %+v", a)
	}
	if !strings.Contains(a.Stack, "panic_test.go") {
		t.Errorf("the stack does not name the place:\n%s", a.Stack)
	}
}
