package git

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// conversation is one exchange with a remote's upload-pack: what it says first,
// and requests with their answers, one after the other. With the protocol's
// older versions there is at most one request.
type conversation interface {
	// greet asks what the remote can do. An older one answers with its refs.
	greet(ctx context.Context) (io.Reader, error)
	// request sends a request, and returns the answer to it. The one before
	// must have been read.
	request(ctx context.Context, body []byte) (io.Reader, error)
	// Close ends the exchange, whatever state it is in.
	Close() error
}

var (
	errSilent = errors.New("the server is silent")
	errStalls = errors.New("the transfer hardly moves")
	errSlow   = errors.New("the transfer takes too long")
)

// patience ends a conversation that does not get on.
type patience struct {
	idle  time.Duration
	floor int64
	end   context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	moved int64 // bytes since the timer was set
}

// withPatience ends ctx with errSilent when idle has passed without a byte, and
// with errStalls when it was less than floor bytes.
func withPatience(ctx context.Context, idle time.Duration, floor int64) (context.Context, *patience, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{idle: idle, floor: floor, end: cancel}
	p.timer = time.AfterFunc(idle, p.out)
	return ctx, p, func() {
		p.timer.Stop()
		cancel(nil)
	}
}

// out ends the conversation.
func (p *patience) out() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved > 0 {
		p.end(errStalls)
		return
	}
	p.end(errSilent)
}

// begin begins the wait anew: another step has begun.
func (p *patience) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved = 0
	p.timer.Reset(p.idle)
}

// progress tells of bytes. The wait begins anew when they are enough.
func (p *patience) progress(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved += int64(n); p.moved >= p.floor {
		p.moved = 0
		p.timer.Reset(p.idle)
	}
}

// patient is a conversation in which each answer may take as long as it gets on.
type patient struct {
	conversation

	patience *patience
	meter    *meter
}

func (p *patient) greet(ctx context.Context) (io.Reader, error) {
	p.patience.begin()
	p.meter.now().requests.Add(1)
	answer, err := p.conversation.greet(ctx)
	return &patientReader{r: answer, patience: p.patience}, err
}

func (p *patient) request(ctx context.Context, body []byte) (io.Reader, error) {
	p.patience.begin()
	p.meter.now().requests.Add(1)
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
		r.patience.progress(n)
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
