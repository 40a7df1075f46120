package edge

import (
	"fmt"

	"github.com/lotsync/lotsync/fleet"
)

const (
	// firstFree is the first port that a process without privileges may listen
	// on.
	firstFree     = 1024
	lastPort      = 65535
	defaultOffset = 8000
)

// ports moves or refuses the ports below 1024 that something on the lot's node
// would listen on: those of containers, and all that refers to them.
func (w *work) ports() {
	for i := range w.pods {
		p := &w.pods[i]
		m := mover{mode: p.mode, offset: w.offset()}
		w.portSettings(p, m)
		for j := range p.containers {
			w.containerPorts(p, &p.containers[j], m)
			w.probePorts(p, &p.containers[j], m)
		}
		w.collisions(p)
	}
	for _, o := range w.services {
		w.targetPorts(o)
		w.loadBalancer(o)
	}
	for _, o := range w.policies {
		w.policyPorts(o)
	}
	w.nodeListeners()
}

func (w *work) offset() int {
	if given := w.profile.Edge.Ports.Offset; given != nil {
		return *given
	}
	return defaultOffset
}

// mover says what becomes of a port.
type mover struct {
	mode   fleet.PortMode
	offset int
	// moves and stays are set for what refers to pods of two minds: one of each.
	moves, stays *pod
}

// move changes the number at a field, if it is a port that must move.
func (m mover) move(o Object, name string) error {
	from, ok := number(o, name)
	if !ok {
		return nil
	}
	to, err := m.target(from)
	if err == nil && to != from {
		o[name] = to
	}
	return err
}

// target is where a port moves to; itself, if it stays.
func (m mover) target(from int) (int, error) {
	if m.mode == fleet.Allow || from <= 0 || from >= firstFree {
		return from, nil
	}
	if m.stays != nil {
		return 0, fmt.Errorf("%d is the port of pods that move it (%s), and of pods that keep it (%s): name the port in both and refer to it by its name, or refer to each on its own", from, m.moves.ref, m.stays.ref)
	}
	to := from + m.offset
	if m.mode == fleet.Reject {
		return 0, fmt.Errorf("%d is below %d, where nothing on an edge node listens: use %d, and an image that listens there", from, firstFree, max(to, firstFree))
	}
	if to < firstFree || to > lastPort {
		return 0, fmt.Errorf("%d would move to %d: choose spec.edge.ports.offset so that it lies in %d-%d", from, to, firstFree, lastPort)
	}
	return to, nil
}

func (w *work) containerPorts(p *pod, c *container, m mover) {
	shared := p.spec["hostNetwork"] == true
	for i, port := range items(c.Object, "ports") {
		from, ok := number(port, "containerPort")
		host, has := number(port, "hostPort")
		if shared && ok && has && host > 0 && host != from {
			w.fail("ports", p.owner, index(p.at(c, "ports"), i)+".hostPort", "%d is not the container's port %d, and a pod on the host's network has one port for both: remove hostPort", host, from)
		}
		for _, name := range []string{"containerPort", "hostPort"} {
			if err := m.move(port, name); err != nil {
				w.fail("ports", p.owner, index(p.at(c, "ports"), i)+"."+name, "%s", err)
			}
		}
		if to, _ := number(port, "containerPort"); to != from && c.from == 0 {
			c.from, c.to = from, to
		}
	}
}
