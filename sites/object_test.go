package sites_test

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// maxMemory is what a lot's pods may use together: the rest of a Pi's 1 GB belongs to
// k3s, the agent and the kernel.
const maxMemory = "300Mi"

// object is one rendered object, with the parts that the rules look at.
type object struct{ unstructured.Unstructured }

// podSpec is the part of a pod template that the rules look at.
type podSpec struct {
	SecurityContext struct {
		RunAsNonRoot   bool `json:"runAsNonRoot"`
		RunAsUser      int  `json:"runAsUser"`
		SeccompProfile struct {
			Type string `json:"type"`
		} `json:"seccompProfile"`
	} `json:"securityContext"`
	AutomountServiceAccountToken *bool       `json:"automountServiceAccountToken"`
	HostNetwork                  bool        `json:"hostNetwork"`
	Containers                   []container `json:"containers"`
	InitContainers               []container `json:"initContainers"`
}

type container struct {
	Name            string  `json:"name"`
	Image           string  `json:"image"`
	Ports           []port  `json:"ports"`
	LivenessProbe   *probe  `json:"livenessProbe"`
	Resources       amounts `json:"resources"`
	SecurityContext struct {
		AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation"`
		Capabilities             struct {
			Drop []string `json:"drop"`
		} `json:"capabilities"`
	} `json:"securityContext"`
}

type port struct {
	Name          string `json:"name"`
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
}

type probe struct {
	HTTPGet *struct{} `json:"httpGet"`
}

type amounts struct {
	Requests map[string]string `json:"requests"`
	Limits   map[string]string `json:"limits"`
}

func parseObject(t *testing.T, raw string) object {
	t.Helper()
	var o object
	if err := yaml.Unmarshal([]byte(raw), &o.Object); err != nil {
		t.Fatal(err)
	}
	return o
}

// templatePath is where a workload of this kind keeps its pod template; empty for
// what runs nothing.
func templatePath(kind string) []string {
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet":
		return []string{"spec", "template"}
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}
	default:
		return nil
	}
}

func (o object) runsPods() bool { return templatePath(o.GetKind()) != nil }

func (o object) pod(t *testing.T) podSpec {
	t.Helper()
	raw, found, err := unstructured.NestedMap(o.Object, append(templatePath(o.GetKind()), "spec")...)
	if err != nil || !found {
		t.Fatalf("%s %s: no pod template: %v", o.GetKind(), o.GetName(), err)
	}
	var spec podSpec
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &spec); err != nil {
		t.Fatalf("%s %s: %v", o.GetKind(), o.GetName(), err)
	}
	return spec
}

func (o object) podLabels(t *testing.T) map[string]string {
	t.Helper()
	labels, _, err := unstructured.NestedStringMap(o.Object, append(templatePath(o.GetKind()), "metadata", "labels")...)
	if err != nil {
		t.Fatalf("%s %s: %v", o.GetKind(), o.GetName(), err)
	}
	return labels
}

// copies is how many pods the object wants at a time on one node.
func (o object) copies() int64 {
	if n, found, err := unstructured.NestedFieldNoCopy(o.Object, "spec", "replicas"); found && err == nil {
		return toInt(n)
	}
	return 1
}

func toInt(n any) int64 {
	switch n := n.(type) {
	case int64:
		return n
	case float64:
		return int64(n)
	default:
		return -1
	}
}

func (l lot) workloads() []object {
	return slices.DeleteFunc(slices.Clone(l.objects), func(o object) bool { return !o.runsPods() })
}

func (l lot) find(t *testing.T, apiVersion, kind, name string) object {
	t.Helper()
	for _, o := range l.objects {
		if o.GetAPIVersion() == apiVersion && o.GetKind() == kind && o.GetName() == name {
			return o
		}
	}
	t.Fatalf("%s has no %s %s %s", l.name, apiVersion, kind, name)
	return object{}
}

func (l lot) nodePorts() []int {
	var found []int
	for _, o := range l.objects {
		ports, _, _ := unstructured.NestedSlice(o.Object, "spec", "ports")
		for _, p := range ports {
			if m, ok := p.(map[string]any); ok && m["nodePort"] != nil {
				found = append(found, int(toInt(m["nodePort"])))
			}
		}
	}
	return found
}
