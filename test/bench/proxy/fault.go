package proxy

// Way is a direction.
type Way int

// The directions.
const (
	Up   Way = iota // from the client to the server
	Down            // from the server to the client
)

// String is the direction's name.
func (w Way) String() string {
	if w == Up {
		return "up"
	}
	return "down"
}

// Fault is what goes wrong with a link, at an exact byte. The bytes before it
// arrive.
type Fault struct {
	// Way is the direction whose bytes are counted.
	Way Way
	// After is how many bytes pass, over all connections, from the moment that
	// the fault is set.
	After int64
	// Stall makes the link silent, both ways and for new connections too, until
	// it is healed. Otherwise the connection is cut: both ends see it end, and
	// what they still send is lost.
	Stall bool
	// Every cuts again after as many bytes more, and so on.
	Every bool
}

// fault is a Fault that waits for its byte.
type fault struct {
	Fault

	left int64
}

// Break sets what goes wrong, in the place of what was to.
func (p *Proxy) Break(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = &fault{Fault: f, left: f.After}
}

// Heal makes the link sound again: what has stalled goes on.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = nil
	select {
	case <-p.flow:
	default:
		close(p.flow)
	}
}

// verdict is what becomes of bytes that are to pass.
type verdict struct {
	pass int // so many of them pass
	cut  bool
	flow <-chan struct{} // to wait for, before the rest
}

// admit judges n bytes that are to pass on a link, and counts those that do.
func (p *Proxy) admit(l *link, way Way, n int) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
	default:
		return verdict{flow: p.flow}
	}
	v := verdict{pass: n, flow: p.flow}
	if f := p.fault; f != nil && f.Way == way && int64(n) >= f.left {
		v.pass, v.cut = int(f.left), !f.Stall
		if f.Stall {
			p.flow = make(chan struct{})
			v.flow = p.flow
		}
		f.left = f.After
		if !f.Every || f.Stall {
			p.fault = nil
		}
	} else if f != nil && f.Way == way {
		f.left -= int64(n)
	}
	p.count(l, way, v.pass)
	return v
}

func (p *Proxy) count(l *link, way Way, n int) {
	if n == 0 {
		return
	}
	if way == Up {
		p.counts.Up += int64(n)
		l.asked = true
		return
	}
	p.counts.Down += int64(n)
	if l.asked {
		p.counts.Trips++
		l.asked = false
	}
}
