package gitserver

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Request is one request, and the bytes of its bodies: without headers and TLS,
// which Server.Traffic counts.
type Request struct {
	Method, Path string
	// Up and Down are the bytes that the client has sent and received.
	Up, Down int64
}

// counter counts what passes.
type counter struct {
	up, down atomic.Int64

	mu   sync.Mutex
	done []Request
}

func (c *counter) traffic() (up, down int64) { return c.up.Load(), c.down.Load() }

func (c *counter) takeRequests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.done
	c.done = nil
	return done
}

// requests counts the bodies of next's requests and answers.
func (c *counter) requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := Request{Method: r.Method, Path: r.URL.Path}
		answer := &countedAnswer{ResponseWriter: w}
		body := &countedBody{ReadCloser: r.Body}
		r.Body = body
		defer func() {
			request.Up, request.Down = body.n, answer.n
			c.mu.Lock()
			defer c.mu.Unlock()
			c.done = append(c.done, request)
		}()
		next.ServeHTTP(answer, r)
	})
}

type countedBody struct {
	io.ReadCloser

	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

type countedAnswer struct {
	http.ResponseWriter

	n int64
}

func (a *countedAnswer) Write(p []byte) (int, error) {
	n, err := a.ResponseWriter.Write(p)
	a.n += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *countedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// listen counts the bytes of the connections that l accepts.
func (c *counter) listen(l net.Listener) net.Listener { return &countedListener{l, c} }

type countedListener struct {
	net.Listener

	counter *counter
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countedConn{conn, l.counter}, nil
}

type countedConn struct {
	net.Conn

	counter *counter
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.counter.up.Add(int64(n))
	return n, err
}

func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.counter.down.Add(int64(n))
	return n, err
}
