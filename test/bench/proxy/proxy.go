// Package proxy is a link between a client and a server on loopback that counts
// what passes and is as bad as a test wants it: slow, narrow, cut or silent at
// an exact byte.
package proxy

import (
	"context"
	"fmt"
	"net"
	gosync "sync"
	"time"
)

// Options say where a Proxy leads and what its link is like.
type Options struct {
	// Target is the server's host and port.
	Target string
	// Delay is how long each byte is under way, in each direction.
	Delay time.Duration
	// Rate is the bytes a second that pass in each direction of a connection,
	// unlimited if zero.
	Rate int64
}

// Counts are what has passed.
type Counts struct {
	// Up and Down are the bytes from clients to the server and back: payload of
	// TCP, without the headers of packets.
	Up, Down int64
	// Trips is how often the server's answer followed on a client's words: the
	// round trips, without those that open connections.
	Trips int
	// Connections is how many were opened; over a real network each costs one
	// more round trip, with TLS more.
	Connections int
}

// Total is the bytes of both directions.
func (c Counts) Total() int64 { return c.Up + c.Down }

// Proxy is a link to one server. It is safe for concurrent use.
type Proxy struct {
	options  Options
	listener net.Listener
	done     chan struct{} // closed by Close
	running  gosync.WaitGroup

	mu     gosync.Mutex
	counts Counts
	fault  *fault
	// flow is closed while bytes may pass.
	flow  chan struct{}
	links map[*link]struct{}
}

// New starts a proxy on a free port of loopback. It runs until Close.
func New(ctx context.Context, options Options) (*Proxy, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &Proxy{
		options: options, listener: listener,
		done: make(chan struct{}), flow: make(chan struct{}), links: map[*link]struct{}{},
	}
	close(p.flow)
	p.running.Go(p.accept)
	return p, nil
}

// Addr is the host and port where clients reach the server.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close ends all connections and stops listening.
func (p *Proxy) Close() error {
	p.mu.Lock()
	select {
	case <-p.done:
		p.mu.Unlock()
		return nil
	default:
	}
	close(p.done)
	err := p.listener.Close()
	for l := range p.links {
		l.close()
	}
	p.mu.Unlock()
	p.running.Wait()
	return err
}

// Counts is what has passed since the last Reset.
func (p *Proxy) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// Reset returns the counts and begins again at zero.
func (p *Proxy) Reset() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := p.counts
	p.counts = Counts{}
	return counts
}

// Disconnect ends the connections that there are; new ones are served.
func (p *Proxy) Disconnect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.running.Go(func() { p.serve(client) })
	}
}

// serve leads one connection to the server.
func (p *Proxy) serve(client net.Conn) {
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.options.Target)
	if err != nil {
		_ = client.Close() // nobody is there: what the client shall see
		return
	}
	l := &link{proxy: p, client: client, server: server, done: make(chan struct{})}
	if !p.enter(l) {
		l.close()
		return
	}
	defer p.leave(l)
	var pumps gosync.WaitGroup
	pumps.Go(func() { l.pump(Up) })
	pumps.Go(func() { l.pump(Down) })
	pumps.Wait()
}

// enter takes a connection in, unless the proxy is closed.
func (p *Proxy) enter(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return false
	default:
	}
	p.counts.Connections++
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) leave(l *link) {
	l.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}
