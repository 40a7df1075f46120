package edge

// probePorts moves the ports that the kubelet asks a container at.
func (w *work) probePorts(p *pod, c *container, m mover) {
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		w.handlerPort(p, c, m, fields(c.Object, probe), probe)
	}
	lifecycle := fields(c.Object, "lifecycle")
	for _, hook := range []string{"postStart", "preStop"} {
		w.handlerPort(p, c, m, fields(lifecycle, hook), "lifecycle."+hook)
	}
}

// handlerPort moves the port of a probe or a hook, unless it asks another host.
func (w *work) handlerPort(p *pod, c *container, m mover, handler Object, path string) {
	if handler == nil {
		return
	}
	for _, kind := range []string{"httpGet", "tcpSocket", "grpc"} {
		action := fields(handler, kind)
		switch Text(action, "host") {
		case "", "localhost", "127.0.0.1", "::1":
			if err := m.move(action, "port"); err != nil {
				w.fail("ports", p.owner, p.at(c, path+"."+kind+".port"), "%s", err)
			}
		}
	}
}
