package edge

import (
	"strconv"
	"strings"
)

// LoadBalancerPort is the annotation that says where a LoadBalancer's ports
// below 1024 move on the node: "8080" for its only one, or "80:8080,443:8443".
const LoadBalancerPort = "lotsync.dev/load-balancer-port"

// services makes the Services that select the lot's pods follow their ports.
func (w *work) services() {
	for _, o := range w.objects {
		ref := RefOf(o)
		if ref.Group != "" || ref.Kind != "Service" {
			continue
		}
		if w.selectsPods(o) {
			w.targetPorts(o)
		}
		if Text(o, "spec", "type") == "LoadBalancer" {
			w.loadBalancer(o)
		}
	}
}

// selectsPods reports whether pods of this bundle are behind the Service.
func (w *work) selectsPods(service Object) bool {
	selector := fields(service, "spec", "selector")
	if len(selector) == 0 || Text(service, "spec", "type") == "ExternalName" {
		return false
	}
	for _, p := range w.pods() {
		if p.namespace == Text(service, "metadata", "namespace") && matches(selector, fields(p.template, "metadata", "labels")) {
			return true
		}
	}
	return false
}

func matches(selector, labels Object) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return true
}

// targetPorts moves numeric target ports. One that is left out is the Service's
// own port, which stays, and so it is written out first. A headless Service is
// only a name for the pods' addresses: its port is the pods' and moves too.
func (w *work) targetPorts(service Object) {
	m := mover{w, service}
	headless := Text(service, "spec", "clusterIP") == "None"
	for i, port := range items(fields(service, "spec"), "ports") {
		path := index("spec.ports", i)
		own, isNumber := number(port, "port")
		if port["targetPort"] == nil && isNumber && own < firstFree {
			port["targetPort"] = own
		}
		m.move(port, "targetPort", path)
		if headless {
			m.move(port, "port", path)
		}
	}
}

// loadBalancer moves the ports that k3s opens on the node for a LoadBalancer to
// where its annotation says.
func (w *work) loadBalancer(service Object) {
	annotation := Text(service, "metadata", "annotations", LoadBalancerPort)
	ports := items(fields(service, "spec"), "ports")
	for i, port := range ports {
		from, ok := number(port, "port")
		if !ok || from >= firstFree {
			continue
		}
		to, found := moved(annotation, from, len(ports) == 1)
		if !found || to < firstFree || to > lastPort {
			w.fail("ports", service, index("spec.ports", i)+".port",
				"%d is below %d, and k3s would open it on the node: say where it moves, with the annotation %s: \"%d:%d\", or use type NodePort",
				from, firstFree, LoadBalancerPort, from, from+defaultOffset)
			continue
		}
		port["port"] = to
	}
}

// moved reads the annotation. only: the Service has no other port.
func moved(annotation string, from int, only bool) (int, bool) {
	for entry := range strings.SplitSeq(annotation, ",") {
		left, right, pair := strings.Cut(strings.TrimSpace(entry), ":")
		if !pair && only {
			to, err := strconv.Atoi(left)
			return to, err == nil
		}
		if pair && left == strconv.Itoa(from) {
			to, err := strconv.Atoi(right)
			return to, err == nil
		}
	}
	return 0, false
}
