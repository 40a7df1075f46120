package plan

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
)

// Claim is something of which a node has only one: "node port TCP 30123".
type Claim string

// ClaimsOf lists the node ports and host ports that an object holds or asks
// for.
func ClaimsOf(u *unstructured.Unstructured) []Claim {
	if u == nil {
		return nil
	}
	if u.GetKind() == "Service" && u.GroupVersionKind().Group == "" {
		return nodePorts(u)
	}
	return hostPorts(u)
}

func nodePorts(u *unstructured.Unstructured) []Claim {
	var out []Claim
	ports, _, _ := unstructured.NestedSlice(u.Object, "spec", "ports")
	for _, p := range ports {
		port, _ := p.(map[string]any)
		if n, ok := port["nodePort"].(int64); ok && n != 0 {
			out = append(out, Claim(fmt.Sprintf("node port %s %d", protocol(port), n)))
		}
	}
	return out
}

func hostPorts(u *unstructured.Unstructured) []Claim {
	var out []Claim
	for _, path := range [][]string{{"spec"}, {"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}} {
		containers, _, _ := unstructured.NestedSlice(u.Object, append(path, "containers")...)
		for _, c := range containers {
			container, _ := c.(map[string]any)
			ports, _ := container["ports"].([]any)
			for _, p := range ports {
				port, _ := p.(map[string]any)
				if n, ok := port["hostPort"].(int64); ok && n != 0 {
					out = append(out, Claim(fmt.Sprintf("host port %s %d", protocol(port), n)))
				}
			}
		}
	}
	return out
}

func protocol(port map[string]any) string {
	if p, ok := port["protocol"].(string); ok && p != "" {
		return p
	}
	return "TCP"
}

// Holders says which of the given live objects hold a claim that the object
// wanted asks for, other than itself.
func Holders(wanted *unstructured.Unstructured, self sync.Ref, live map[sync.Ref]*unstructured.Unstructured) []sync.Ref {
	asks := map[Claim]bool{}
	for _, c := range ClaimsOf(wanted) {
		asks[c] = true
	}
	if len(asks) == 0 {
		return nil
	}
	var out []sync.Ref
	for ref, u := range live {
		if ref != self && holdsAny(u, asks) {
			out = append(out, ref)
		}
	}
	return out
}

func holdsAny(u *unstructured.Unstructured, asks map[Claim]bool) bool {
	for _, c := range ClaimsOf(u) {
		if asks[c] {
			return true
		}
	}
	return false
}

// WithoutNodePorts is a Service without the node ports it asks for. It stands in
// for it in a dry run while another object still holds them.
func WithoutNodePorts(u *unstructured.Unstructured) *unstructured.Unstructured {
	out := u.DeepCopy()
	ports, _, _ := unstructured.NestedSlice(out.Object, "spec", "ports")
	for _, p := range ports {
		if port, ok := p.(map[string]any); ok {
			delete(port, "nodePort")
		}
	}
	if len(ports) > 0 {
		_ = unstructured.SetNestedSlice(out.Object, ports, "spec", "ports") // the path was just read
	}
	return out
}
