package git

import (
	"context"
	"errors"
	"io"
	"time"
)

// conversation is one exchange with a remote's upload-pack: its list of refs,
// and at most one request for a pack.
type conversation interface {
	// refs asks for the list of refs.
	refs(ctx context.Context) (io.Reader, error)
	// request sends a request, and returns the answer to it.
	request(ctx context.Context, body []byte) (io.Reader, error)
	// Close ends the exchange, whatever state it is in.
	Close() error
}

var (
	errSilent = errors.New("the server is silent")
	errSlow   = errors.New("the transfer takes too long")
)

// patience ends a conversation that does not get on.
type patience struct {
	idle  time.Duration
	timer *time.Timer
}

// withPatience ends ctx with errSilent when idle has passed since it was last
// told of progress, and with errSlow after the time for all of it.
func withPatience(ctx context.Context, idle, all time.Duration) (context.Context, *patience, context.CancelFunc) {
	ctx, cancelAll := context.WithTimeoutCause(ctx, all, errSlow)
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(idle, func() { cancel(errSilent) })
	return ctx, &patience{idle: idle, timer: timer}, func() {
		timer.Stop()
		cancel(nil)
		cancelAll()
	}
}

// progress begins the wait anew.
func (p *patience) progress() { p.timer.Reset(p.idle) }

// reading makes each byte that is read from r progress.
func (p *patience) reading(r io.Reader) io.Reader { return &patientReader{r: r, patience: p} }

type patientReader struct {
	r        io.Reader
	patience *patience
}

func (r *patientReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if n > 0 {
		r.patience.progress()
	}
	return n, err
}

// causeOf is why ctx ended, if that is why err happened.
func causeOf(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
