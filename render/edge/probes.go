package edge

// probePorts moves the ports that the kubelet asks a container at.
func (w *work) probePorts(p pod, c container) {
	m := mover{w, p.owner}
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		m.handler(fields(c.Object, probe), c.path+"."+probe)
	}
	for _, hook := range []string{"postStart", "preStop"} {
		m.handler(fields(c.Object, "lifecycle", hook), c.path+".lifecycle."+hook)
	}
}

// handler moves the port of a probe or a hook, unless it asks another host.
func (m mover) handler(handler Object, path string) {
	for _, kind := range []string{"httpGet", "tcpSocket", "grpc"} {
		action := fields(handler, kind)
		switch Text(action, "host") {
		case "", "localhost", "127.0.0.1", "::1":
			m.move(action, "port", path+"."+kind)
		}
	}
}
