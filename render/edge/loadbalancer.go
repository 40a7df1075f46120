package edge

import (
	"strconv"
	"strings"

	"github.com/lotsync/lotsync/fleet"
)

// LoadBalancerPort is the annotation that says where a LoadBalancer's ports
// below 1024 move on the node: "8080" for its only one, or "80:8080,443:8443".
const LoadBalancerPort = "lotsync.dev/load-balancer-port"

// loadBalancer moves the ports that k3s opens on the node for a LoadBalancer to
// where its annotation says.
func (w *work) loadBalancer(service Object) {
	spec := fields(service, "spec")
	annotations := fields(service, "metadata", "annotations")
	if Text(spec, "type") != "LoadBalancer" {
		if annotations[PortMode] != nil {
			w.fail("ports", service, "metadata.annotations."+PortMode,
				"means nothing here, as a Service's target ports follow its pods: put it at what the pods are made from")
		}
		return
	}
	if w.portMode(service) == fleet.Allow {
		return
	}
	annotation := Text(annotations, LoadBalancerPort)
	list, _ := spec["ports"].([]any)
	for i, port := range items(spec, "ports") {
		from, ok := number(port, "port")
		if !ok || from >= firstFree {
			continue
		}
		to, found := moved(annotation, from, len(list) == 1)
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
