package sites_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/render/edge"
)

func namespaceFitsTopology(t *testing.T, l lot) {
	t.Helper()
	want := "parking"
	if l.spec.Spec.Topology == "joined" {
		want = "lot-" + strings.ReplaceAll(l.name, "/", "-")
	}
	for _, o := range l.objects {
		switch o.GetKind() {
		case "Namespace", "PriorityClass":
			if l.spec.Spec.Topology != "local" {
				t.Errorf("%s %s belongs to the whole cluster: a joined lot has none", o.GetKind(), o.GetName())
			}
		default:
			if o.GetNamespace() != want {
				t.Errorf("%s %s is in namespace %q, want %q", o.GetKind(), o.GetName(), o.GetNamespace(), want)
			}
		}
	}
}

func imagesArePinned(t *testing.T, l lot) {
	t.Helper()
	pinned := regexp.MustCompile(`^[a-z0-9./-]+:[0-9]+\.[0-9]+\.[0-9]+(-[a-z]+)?$`)
	for _, o := range l.workloads() {
		for _, c := range o.pod(t).Containers {
			if !pinned.MatchString(c.Image) {
				t.Errorf("%s %s: image %q is not pinned to a full version", o.GetKind(), o.GetName(), c.Image)
			}
		}
	}
}

func limitsFit(t *testing.T, l lot) {
	t.Helper()
	sum := resource.Quantity{}
	for _, o := range l.workloads() {
		for _, c := range o.pod(t).Containers {
			limit, err := resource.ParseQuantity(c.Resources.Limits["memory"])
			if err != nil {
				t.Errorf("%s %s: memory limit: %v", o.GetKind(), o.GetName(), err)
			}
			request, err := resource.ParseQuantity(c.Resources.Requests["memory"])
			if err != nil || request.Cmp(limit) > 0 {
				t.Errorf("%s %s: memory request %v, limit %v: %v", o.GetKind(), o.GetName(), request.String(), limit.String(), err)
			}
			limit.Mul(o.copies())
			sum.Add(limit)
		}
	}
	if sum.Cmp(resource.MustParse(maxMemory)) > 0 {
		t.Errorf("the memory limits sum up to %s, more than %s", sum.String(), maxMemory)
	}
}

// portsAreFree looks at what the edge profile makes of the lot, as servicesReachPods
// does. Ports that an annotation allows may be low.
func portsAreFree(t *testing.T, l lot) {
	t.Helper()
	l = l.onTheNode(t)
	for _, o := range l.workloads() {
		used := map[int]bool{}
		for _, c := range o.pod(t).Containers {
			for _, p := range c.Ports {
				low := p.ContainerPort < 1024 && o.GetAnnotations()[edge.PortMode] != "allow"
				if low || p.HostPort != 0 || used[p.ContainerPort] {
					t.Errorf("%s %s: port %d (host port %d): below 1024, on the host, or used twice", o.GetKind(), o.GetName(), p.ContainerPort, p.HostPort)
				}
				used[p.ContainerPort] = true
			}
		}
	}
	taken := map[int]bool{}
	for _, p := range l.nodePorts() {
		if p < 30000 || p > 32767 || taken[p] {
			t.Errorf("node port %d: outside of 30000-32767, or used twice", p)
		}
		taken[p] = true
	}
}

func serversAreProbed(t *testing.T, l lot) {
	t.Helper()
	for _, o := range l.workloads() {
		for _, c := range o.pod(t).Containers {
			if len(c.Ports) > 0 && c.LivenessProbe == nil {
				t.Errorf("%s %s: container %s listens, but nothing probes it", o.GetKind(), o.GetName(), c.Name)
			}
		}
	}
}

func podsAreRestricted(t *testing.T, l lot) {
	t.Helper()
	for _, o := range l.workloads() {
		p := o.pod(t)
		s := p.SecurityContext
		if !s.RunAsNonRoot || s.RunAsUser == 0 || s.SeccompProfile.Type != "RuntimeDefault" || p.HostNetwork {
			t.Errorf("%s %s: pod security context %+v, host network %v", o.GetKind(), o.GetName(), s, p.HostNetwork)
		}
		if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
			t.Errorf("%s %s: a token of the API is mounted that nothing uses", o.GetKind(), o.GetName())
		}
		for _, c := range slices.Concat(p.InitContainers, p.Containers) {
			sc := c.SecurityContext
			if sc.AllowPrivilegeEscalation == nil || *sc.AllowPrivilegeEscalation || !slices.Contains(sc.Capabilities.Drop, "ALL") {
				t.Errorf("%s %s: container %s keeps privileges: %+v", o.GetKind(), o.GetName(), c.Name, sc)
			}
		}
	}
}

func servicesReachPods(t *testing.T, l lot) {
	t.Helper()
	l = l.onTheNode(t)
	for _, o := range l.objects {
		if o.GetKind() != "Service" {
			continue
		}
		selector, _, err := unstructured.NestedStringMap(o.Object, "spec", "selector")
		if err != nil {
			t.Fatalf("Service %s: %v", o.GetName(), err)
		}
		ports, _, err := unstructured.NestedSlice(o.Object, "spec", "ports")
		if err != nil || len(ports) == 0 {
			t.Fatalf("Service %s: no ports: %v", o.GetName(), err)
		}
		for _, p := range ports {
			m, ok := p.(map[string]any)
			if !ok || !l.hasPort(t, selector, m["targetPort"]) {
				t.Errorf("Service %s: no selected pod has the target port %v", o.GetName(), m["targetPort"])
			}
		}
	}
}

// hasPort tells whether a pod with these labels has the target port, by name or number.
func (l lot) hasPort(t *testing.T, selector map[string]string, target any) bool {
	t.Helper()
	for _, o := range l.workloads() {
		labels := o.podLabels(t)
		for k, v := range selector {
			if labels[k] != v {
				labels = nil
				break
			}
		}
		if labels == nil {
			continue
		}
		for _, c := range o.pod(t).Containers {
			if slices.ContainsFunc(c.Ports, func(p port) bool {
				return p.Name == target || int64(p.ContainerPort) == toInt(target)
			}) {
				return true
			}
		}
	}
	return false
}
