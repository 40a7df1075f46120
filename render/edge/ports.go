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
	mode := w.profile.Edge.Ports.Mode
	if mode != fleet.Allow {
		for _, p := range w.pods() {
			for _, c := range p.containers() {
				w.containerPorts(p, c)
				w.probePorts(p, c)
			}
		}
		w.services()
	}
	for _, p := range w.pods() {
		w.collisions(p)
	}
}

// mover changes the ports of one object as the mode asks.
type mover struct {
	w     *work
	owner Object
}

// move changes the number at a field, if it is a port that must move.
func (m mover) move(o Object, name, path string) {
	from, ok := number(o, name)
	if !ok || from <= 0 || from >= firstFree {
		return
	}
	to, err := m.w.target(from)
	if err != nil {
		m.w.fail("ports", m.owner, path+"."+name, "%s", err)
		return
	}
	o[name] = to
}

// target is where a port below 1024 moves to.
func (w *work) target(from int) (int, error) {
	offset := defaultOffset
	if given := w.profile.Edge.Ports.Offset; given != nil {
		offset = *given
	}
	to := from + offset
	if w.profile.Edge.Ports.Mode == fleet.Reject {
		return 0, fmt.Errorf("%d is below %d, where nothing on an edge node listens: use %d, and an image that listens there", from, firstFree, max(to, firstFree))
	}
	if to < firstFree || to > lastPort {
		return 0, fmt.Errorf("%d would move to %d: choose spec.edge.ports.offset so that it lies in %d-%d", from, to, firstFree, lastPort)
	}
	return to, nil
}

func (w *work) containerPorts(p pod, c container) {
	m := mover{w, p.owner}
	for i, port := range items(c.Object, "ports") {
		path := index(c.path+".ports", i)
		m.move(port, "containerPort", path)
		m.move(port, "hostPort", path)
	}
}
