package render

import (
	"errors"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
)

func TestAPanicIsAnErrorOfTheLotWithItsStack(t *testing.T) {
	t.Parallel()
	snap := sync.Snapshot{Site: "nl/ams/0001", Revision: sync.Revision{Commit: "0123456789abcdef"}}
	out, err := caught(snap, func() (Output, error) { panic("index out of range") })
	invalid, ok := errors.AsType[*InvalidError](err)
	if !ok || !errors.Is(err, sync.ErrInvalid) || out.Manifest != nil {
		t.Fatalf("got %+v, %v", out, err)
	}
	if !strings.Contains(invalid.Message, "site nl/ams/0001") || !strings.Contains(invalid.Message, "index out of range") {
		t.Errorf("got %q", invalid.Message)
	}
	if !strings.Contains(invalid.Stack, "panic_test.go") {
		t.Errorf("the stack does not name the place:\n%s", invalid.Stack)
	}
}
