package edge

import "github.com/lotsync/lotsync/fleet"

// listener is where something listens.
type listener struct {
	port     int
	protocol string
	address  string // of the node; empty: all
}

func listenerOf(o Object, name string) (listener, bool) {
	port, ok := number(o, name)
	l := listener{port: port, protocol: Text(o, "protocol")}
	if l.protocol == "" {
		l.protocol = "TCP"
	}
	return l, ok && port > 0
}

// meets reports whether only one of the two can be.
func (l listener) meets(other listener) bool {
	return l.port == other.port && l.protocol == other.protocol &&
		(l.address == other.address || l.address == "" || other.address == "")
}

// collisions refuses two containers of a pod that listen on one port: they
// share an address.
func (w *work) collisions(p *pod) {
	type place struct {
		listener
		c *container
		i int
	}
	var taken []place
	for j := range p.containers {
		c := &p.containers[j]
		if c.init {
			continue
		}
		for i, port := range items(c.Object, "ports") {
			l, ok := listenerOf(port, "containerPort")
			if !ok {
				continue
			}
			for _, by := range taken {
				if l.meets(by.listener) {
					w.fail("ports", p.owner, index(p.at(c, "ports"), i)+".containerPort", "%d/%s is taken by %s (after moving ports below %d): choose another port",
						l.port, l.protocol, index(p.at(by.c, "ports"), by.i)+".containerPort", firstFree)
					break
				}
			}
			taken = append(taken, place{l, c, i})
		}
	}
}

// claim is a port of the lot's node that an object asks for.
type claim struct {
	listener
	owner Object
	path  string
}

// nodeListeners refuses node ports outside of their range, and ports of the
// lot's node that are claimed twice: as node ports, by LoadBalancers, by host
// ports, and by pods on the host's network.
func (w *work) nodeListeners() {
	var taken []claim
	for _, o := range w.services {
		spec := fields(o, "spec")
		balanced := Text(spec, "type") == "LoadBalancer" && spec["loadBalancerClass"] == nil
		for i, port := range items(spec, "ports") {
			if l, ok := listenerOf(port, "nodePort"); ok {
				path := index("spec.ports", i) + ".nodePort"
				w.inRange(o, path, l.port)
				taken = w.take(taken, claim{l, o, path})
			}
			if l, ok := listenerOf(port, "port"); ok && balanced {
				taken = w.take(taken, claim{l, o, index("spec.ports", i) + ".port"})
			}
		}
	}
	w.eachContainer(func(p *pod, c *container) { taken = w.hostPorts(taken, p, c) })
}

// hostPorts claims what a container opens on the node itself.
func (w *work) hostPorts(taken []claim, p *pod, c *container) []claim {
	n := p.copies()
	if c.init || n == 0 {
		return taken
	}
	name := "hostPort"
	if p.spec["hostNetwork"] == true {
		name = "containerPort"
	}
	for i, port := range items(c.Object, "ports") {
		l, ok := listenerOf(port, name)
		if !ok {
			continue
		}
		if ip := Text(port, "hostIP"); ip != "0.0.0.0" && ip != "::" {
			l.address = ip
		}
		path := index(p.at(c, "ports"), i) + "." + name
		taken = w.take(taken, claim{l, p.owner, path})
		if n > 1 {
			w.fail("ports", p.owner, path, "%d/%s is wanted by %d pods at a time, and the lot's node has it only once: run one, or reach them through a Service", l.port, l.protocol, n)
		}
	}
	return taken
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

func (w *work) take(taken []claim, c claim) []claim {
	for _, by := range taken {
		if c.meets(by.listener) {
			w.fail("ports", c.owner, c.path, "%d/%s is taken by %s, %s: the lot's node has it only once: choose another", c.port, c.protocol, RefOf(by.owner), by.path)
			return taken
		}
	}
	return append(taken, c)
}
