package proxy

import (
	"net"
	gosync "sync"
	"time"
)

const (
	// readSize is how much is taken from a connection at once.
	readSize = 32 << 10
	// packet is how much passes at once on a link with a rate.
	packet = 1460
	// underWay is how many pieces can be on the link at a time.
	underWay = 256
)

// link is one connection through the proxy.
type link struct {
	proxy          *Proxy
	client, server net.Conn

	once gosync.Once
	done chan struct{}
	// asked: the client has spoken last. The proxy's mutex guards it, and cut.
	asked bool
	cut   bool
}

// piece is some bytes and when they arrive.
type piece struct {
	data []byte
	due  time.Time
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.done)
		_ = l.client.Close()
		_ = l.server.Close()
	})
}

// pump moves bytes in one direction until their sender has no more.
func (l *link) pump(way Way) {
	from, to := l.client, l.server
	if way == Down {
		from, to = l.server, l.client
	}
	pieces := make(chan piece, underWay)
	var reading gosync.WaitGroup
	reading.Go(func() {
		defer close(pieces)
		l.read(from, pieces)
	})
	for p := range pieces {
		if !l.wait(p.due) || !l.forward(to, way, p.data) {
			break
		}
	}
	endOf(to)
	for range pieces { // what is still read is lost: after a cut, or where nobody listens
	}
	reading.Wait()
}

// read takes pieces from a connection and says when they are due.
func (l *link) read(from net.Conn, pieces chan<- piece) {
	size, free := readSize, time.Time{}
	if l.proxy.options.Rate > 0 {
		size = packet
	}
	for {
		buffer := make([]byte, size)
		n, err := from.Read(buffer)
		if n > 0 {
			due := time.Now() //nolint:forbidigo // a link has no clock but this one
			if rate := l.proxy.options.Rate; rate > 0 {
				if free.Before(due) {
					free = due
				}
				free = free.Add(time.Duration(n) * time.Second / time.Duration(rate))
				due = free
			}
			select {
			case pieces <- piece{buffer[:n], due.Add(l.proxy.options.Delay)}:
			case <-l.done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// wait returns at a moment, or false when the link has ended before.
func (l *link) wait(due time.Time) bool {
	left := time.Until(due)
	if left <= 0 {
		return true
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.done:
		return false
	}
}

// forward lets bytes pass as far as the link is sound. It reports whether there
// is any use in more.
func (l *link) forward(to net.Conn, way Way, data []byte) bool {
	for len(data) > 0 {
		if l.isCut() {
			return false
		}
		v := l.proxy.admit(l, way, len(data))
		if v.cut {
			l.setCut()
		}
		if _, err := to.Write(data[:v.pass]); err != nil {
			return false
		}
		data = data[v.pass:]
		if v.cut {
			endOf(l.client)
			endOf(l.server)
			return false
		}
		select {
		case <-v.flow:
		case <-l.done:
			return false
		}
	}
	return true
}

func (l *link) isCut() bool {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	return l.cut
}

func (l *link) setCut() {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	l.cut = true
}

// endOf tells a peer that nothing more comes. What it has been sent arrives,
// which closing the connection could undo.
func endOf(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // an error says that it is closed
	}
}
