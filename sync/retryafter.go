package sync

import (
	"errors"
	"time"
)

// longestRetryAfter bounds what a remote may ask for: a mistake of its must not
// keep a lot from its commits for days.
const longestRetryAfter = time.Hour

// RetryAfterError is a failure of a remote that says when to come back.
type RetryAfterError struct {
	// After is how long it wants to be left alone from now on.
	After time.Duration
	Err   error
}

// Error is that of Err.
func (e *RetryAfterError) Error() string { return e.Err.Error() }

// Unwrap keeps the classes of the error.
func (e *RetryAfterError) Unwrap() error { return e.Err }

// patience is how long a failure asks to be left alone.
func patience(err error) time.Duration {
	if later, ok := errors.AsType[*RetryAfterError](err); ok {
		return min(max(later.After, 0), longestRetryAfter)
	}
	return 0
}
