package git

import (
	"io"
	"net"
	"sync/atomic"
)

// Moved is what has passed through connections to the remote.
type Moved struct {
	// Up and Down are bytes sent and received, with TLS, SSH and HTTP's headers,
	// without those of TCP and IP.
	Up, Down int64
	// Requests is how many messages were sent that the remote answers.
	Requests int
}

// Traffic is what a Source has moved since it was made.
type Traffic struct {
	// Poll is the asking where the ref is, with the connecting for that.
	Poll Moved
	// Fetch is the transfer of what is new.
	Fetch Moved
}

// Traffic counts what has been moved. It may be called from other goroutines.
func (s *Source) Traffic() Traffic {
	return Traffic{Poll: s.meter.poll.moved(), Fetch: s.meter.fetch.moved()}
}

// meter counts bytes where they pass, by phase.
type meter struct {
	fetching    atomic.Bool
	poll, fetch tally
}

type tally struct {
	up, down, requests atomic.Int64
}

func (t *tally) moved() Moved {
	return Moved{Up: t.up.Load(), Down: t.down.Load(), Requests: int(t.requests.Load())}
}

// now is where to count what passes now.
func (m *meter) now() *tally {
	if m.fetching.Load() {
		return &m.fetch
	}
	return &m.poll
}

// conn counts what passes through a connection.
func (m *meter) conn(conn net.Conn) net.Conn { return &meteredConn{Conn: conn, meter: m} }

type meteredConn struct {
	net.Conn

	meter *meter
}

func (c *meteredConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.meter.now().down.Add(int64(n))
	return n, err
}

func (c *meteredConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.meter.now().up.Add(int64(n))
	return n, err
}

// meteredWriter and meteredReader count what passes through a pipe.
type meteredWriter struct {
	io.WriteCloser

	meter *meter
}

func (w *meteredWriter) Write(p []byte) (int, error) {
	n, err := w.WriteCloser.Write(p)
	w.meter.now().up.Add(int64(n))
	return n, err
}

type meteredReader struct {
	io.Reader

	meter *meter
}

func (r *meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.meter.now().down.Add(int64(n))
	return n, err
}
