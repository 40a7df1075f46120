package render

import (
	"fmt"

	"github.com/lotsync/lotsync/sync"
)

// InvalidError says why a snapshot cannot become a bundle: where (site, file,
// field), what, and what to do. It is a sync.ErrInvalid.
type InvalidError struct {
	Message string
	// Stack is where kustomize panicked, if it did: for the debug log.
	Stack string
}

// Error is the message.
func (e *InvalidError) Error() string { return e.Message }

// Unwrap makes it a sync.ErrInvalid.
func (e *InvalidError) Unwrap() error { return sync.ErrInvalid }

func invalidf(format string, args ...any) error {
	return &InvalidError{Message: fmt.Errorf(format, args...).Error()}
}
