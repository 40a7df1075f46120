package survey

import (
	"strconv"

	"github.com/lotsync/lotsync/render/edge"
)

// nodePortsOf are the node ports that a Service claims.
func nodePortsOf(o edge.Object) []NodePort {
	if ref := edge.RefOf(o); ref.Group != "" || ref.Kind != "Service" {
		return nil
	}
	spec, _ := o["spec"].(edge.Object)
	ports, _ := spec["ports"].([]any)
	var out []NodePort
	for i, p := range ports {
		port, _ := p.(edge.Object)
		n, ok := port["nodePort"].(int)
		if !ok || n <= 0 {
			continue
		}
		protocol, _ := port["protocol"].(string)
		if protocol == "" {
			protocol = "TCP"
		}
		out = append(out, NodePort{Port: n, Protocol: protocol, Field: "spec.ports[" + strconv.Itoa(i) + "].nodePort"})
	}
	return out
}
