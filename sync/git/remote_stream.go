package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// maxComplaint is how much is kept of what a remote's upload-pack says about an
// error, in bytes.
const maxComplaint = 1 << 10

// stream is a conversation with an upload-pack at the other end of a pipe.
type stream struct {
	in     io.WriteCloser
	out    io.Reader
	stderr *complaint
	end    func()
}

func (s *stream) greet(context.Context) (io.Reader, error) {
	return &complaining{r: s.out, complaint: s.stderr}, nil
}

func (s *stream) request(_ context.Context, body []byte) (io.Reader, error) {
	if _, err := s.in.Write(body); err != nil {
		return nil, err
	}
	return &complaining{r: s.out, complaint: s.stderr}, nil
}

// Close says goodbye, and ends the connection.
func (s *stream) Close() error {
	_, _ = io.WriteString(s.in, "0000")
	_ = s.in.Close()
	s.end()
	return nil
}

// complaint keeps the beginning of what is written to it.
type complaint struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *complaint) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := maxComplaint - c.text.Len(); room > 0 {
		c.text.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// String is the line that says most.
func (c *complaint) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for line := range strings.Lines(c.text.String()) {
		if text, ok := strings.CutPrefix(line, "fatal: "); ok {
			return wire.Printable(text)
		}
	}
	return wire.Printable(c.text.String())
}

// ending waits for the other end's last words before it says that the output
// has ended.
type ending struct {
	r    io.Reader
	wait func()
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if errors.Is(err, io.EOF) {
		e.wait()
	}
	return n, err
}

// complaining ends with the remote's own words where the stream ends early.
type complaining struct {
	r         io.Reader
	complaint *complaint
	read      bool
}

func (c *complaining) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read = c.read || n > 0
	if !c.read && errors.Is(err, io.EOF) {
		if text := c.complaint.String(); text != "" {
			return n, wire.Refused(text)
		}
	}
	return n, err
}
