// Package gitserver is a real Git server on loopback, for tests and the demo:
// git's own http-backend behind an HTTP server that can be cut off, and counts
// what passes through it.
package gitserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cgi" //nolint:gosec // G504 is about Go before 1.6.3
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options say how a Server behaves.
type Options struct {
	// Root is the folder that holds the bare repositories.
	Root string
	// Addr is where to listen, a free port of loopback if it is empty.
	Addr string
	// TLS makes the server speak HTTPS. Where its NextProtos have "h2", it speaks
	// HTTP/2 with who offers that.
	TLS *tls.Config
	// Rules are what Git grants.
	Rules Rules
	// Wrap puts something before Git, such as a login or a fault.
	Wrap func(http.Handler) http.Handler
	// Log is where Git and the server complain, nowhere if it is nil.
	Log io.Writer
}

// Server serves the repositories below a folder. It is safe for concurrent use.
type Server struct {
	opts    Options
	backend http.Handler
	addr    string
	counter counter

	mu      sync.Mutex
	run     *run
	release func() // of the address, while the server is stopped
}

// run is the server between a Start and a Stop.
type run struct {
	server *http.Server
	served chan error
}

// Serve starts a server for the bare repositories below root, on a free port of
// loopback. It needs git on the PATH. It runs until Stop.
func Serve(ctx context.Context, root string) (*Server, error) {
	return New(ctx, Options{Root: root})
}

// New starts a server.
func New(ctx context.Context, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	backend, err := httpBackend(ctx, opts)
	if err != nil {
		return nil, err
	}
	if opts.Wrap != nil {
		backend = opts.Wrap(backend)
	}
	s := &Server{opts: opts, backend: backend, addr: opts.Addr}
	if s.addr == "" {
		s.addr = "127.0.0.1:0"
	}
	return s, s.Start(ctx)
}

// httpBackend runs git's http-backend for each request.
func httpBackend(ctx context.Context, opts Options) (http.Handler, error) {
	out, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return nil, fmt.Errorf("git server: git --exec-path: %w", err)
	}
	root, err := filepath.Abs(opts.Root)
	if err != nil {
		return nil, fmt.Errorf("git server: %w", err)
	}
	return opts.Rules.protocol(&cgi.Handler{
		Path:       filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"),
		Dir:        root,
		Stderr:     opts.Log,
		Logger:     slog.NewLogLogger(slog.NewTextHandler(opts.Log, nil), slog.LevelError),
		InheritEnv: []string{"PATH", "HOME"},
		Env:        append(opts.Rules.environment(), "GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1"),
	}), nil
}

// URL is the address of a repository by its path below the root.
func (s *Server) URL(repo string) string {
	scheme := "http"
	if s.opts.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + s.Addr() + "/" + repo
}

// Addr is the server's host and port. It stays the same through Stop and Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Start listens again after a Stop, at the same address.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("git server: %w", err)
	}
	s.addr = listener.Addr().String()
	listener = s.counter.listen(listener)
	if s.opts.TLS != nil {
		listener = tls.NewListener(listener, s.opts.TLS)
	}
	r := &run{
		server: &http.Server{
			Handler:           s.counter.requests(s.backend),
			ReadHeaderTimeout: time.Minute,
			ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(s.opts.Log, nil), slog.LevelError),
		},
		served: make(chan error, 1),
	}
	go func() { r.served <- r.server.Serve(listener) }()
	s.run = r
	s.letGo()
	return nil
}

// Stop cuts the server off: it closes all connections, and nobody listens any
// more. The address stays the server's own, unless somebody was faster.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return nil
	}
	err := s.stop()
	s.release = hold(s.addr)
	return err
}

func (s *Server) stop() error {
	err := s.run.server.Close()
	if served := <-s.run.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.run = nil
	return err
}

// Close stops the server for good, and gives its address away.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		return s.stop()
	}
	s.letGo()
	return nil
}

// letGo gives a held address away.
func (s *Server) letGo() {
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

// Requests lists what was asked since the last call, with its bytes.
func (s *Server) Requests() []Request { return s.counter.takeRequests() }

// Traffic is how many bytes have passed through the server's connections since
// it was made, seen from its clients.
func (s *Server) Traffic() (up, down int64) { return s.counter.traffic() }
