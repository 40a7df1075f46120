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
// told of progress.
func withPatience(ctx context.Context, idle time.Duration) (context.Context, *patience, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(idle, func() { cancel(errSilent) })
	return ctx, &patience{idle: idle, timer: timer}, func() {
		timer.Stop()
		cancel(nil)
	}
}

// progress begins the wait anew.
func (p *patience) progress() { p.timer.Reset(p.idle) }

// patient is a conversation in which the answer to a request may take as long
// as it gets on.
type patient struct {
	conversation

	patience *patience
}

func (p *patient) request(ctx context.Context, body []byte) (io.Reader, error) {
	p.patience.progress()
	answer, err := p.conversation.request(ctx, body)
	return &patientReader{r: answer, patience: p.patience}, err
}

// patientReader makes each byte that is read progress.
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
