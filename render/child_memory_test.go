//go:build !race

package render_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// Under the race detector a child has no memory limit: the detector's own
// memory would count.
func TestASnapshotThatEatsMemoryEndsItsChildOnly(t *testing.T) {
	t.Parallel()
	options := loose()
	options.Limits.Depth = 1 << 30
	bomb := tiny(resource(aliasBomb(6)))
	r := render.New(options)
	_, err := r.Render(t.Context(), bomb)
	if !errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), "more than 128 MB of memory") {
		t.Errorf("got %v, want sync.ErrInvalid that names the memory", err)
	}
	if _, err := r.Render(t.Context(), tiny(nil)); err != nil {
		t.Errorf("the next render: %v", err)
	}
}
