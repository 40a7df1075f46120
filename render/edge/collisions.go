package edge

import (
	"fmt"

	"github.com/lotsync/lotsync/fleet"
)

// listener is where something listens.
type listener struct {
	port     int
	protocol string
}

func listenerOf(o Object, name string) (listener, bool) {
	port, ok := number(o, name)
	protocol := Text(o, "protocol")
	if protocol == "" {
		protocol = "TCP"
	}
	return listener{port, protocol}, ok && port > 0
}

// collisions refuses two containers of a pod that listen on one port: they
// share an address.
func (w *work) collisions(p pod) {
	taken := map[listener]string{}
	for _, c := range p.containers() {
		if c.init {
			continue
		}
		for i, port := range items(c.Object, "ports") {
			l, ok := listenerOf(port, "containerPort")
			if !ok {
				continue
			}
			path := index(c.path+".ports", i) + ".containerPort"
			if by, is := taken[l]; is {
				w.fail("ports", p.owner, path, "%d/%s is taken by %s (after moving ports below %d): choose another port", l.port, l.protocol, by, firstFree)
				continue
			}
			taken[l] = path
		}
	}
}

// nodePorts refuses node ports outside of their range, or claimed twice: the
// lot's node has each only once.
func (w *work) nodePorts() {
	taken := map[listener]string{}
	for _, o := range w.objects {
		if ref := RefOf(o); ref.Group != "" || ref.Kind != "Service" {
			continue
		}
		for i, port := range items(fields(o, "spec"), "ports") {
			if l, ok := listenerOf(port, "nodePort"); ok {
				path := index("spec.ports", i) + ".nodePort"
				w.inRange(o, path, l.port)
				w.claim(taken, l, o, path)
			}
		}
	}
}

// hostPorts refuses host ports that are claimed twice.
func (w *work) hostPorts() {
	taken := map[listener]string{}
	w.eachContainer(func(p pod, c container) {
		for i, port := range items(c.Object, "ports") {
			if l, ok := listenerOf(port, "hostPort"); ok {
				w.claim(taken, l, p.owner, index(c.path+".ports", i)+".hostPort")
			}
		}
	})
}

func (w *work) inRange(o Object, path string, port int) {
	wanted := w.profile.Edge.Ports.NodePorts
	if wanted == "" {
		wanted = fleet.PortRange("30000-32767")
	}
	first, last, err := wanted.Bounds()
	if err != nil {
		w.fail("ports", nil, "spec.edge.ports.nodePorts", "%s", err)
		return
	}
	if port < first || port > last {
		w.fail("ports", o, path, "%d lies outside of %s: choose one in it, or widen spec.edge.ports.nodePorts and the cluster's range", port, wanted)
	}
}

func (w *work) claim(taken map[listener]string, l listener, o Object, path string) {
	if by, is := taken[l]; is {
		w.fail("ports", o, path, "%d/%s is taken by %s: the lot's node has it only once: choose another", l.port, l.protocol, by)
		return
	}
	taken[l] = fmt.Sprintf("%s, %s", RefOf(o), path)
}
