package pack

import (
	"bytes"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// errDelta is ErrCorrupt's, of a delta.
var errDelta = fmt.Errorf("%w: a delta cannot be applied to its base", ErrCorrupt)

// patch applies a delta, whose target was allowed before.
func patch(base, delta []byte) ([]byte, error) {
	// It checks the lengths of base and target, and every step between.
	data, err := packfile.PatchDelta(base, delta)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDelta, err)
	}
	if cap(data)-len(data) > eager {
		return bytes.Clone(data), nil // it doubles what it has when it runs out
	}
	return data, nil
}
