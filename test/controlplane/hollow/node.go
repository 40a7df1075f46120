package hollow

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// nodeIP is an address that documentation is written with: nothing has it, and
// the API accepts it in endpoints, which it does not with loopback ones.
const nodeIP = "192.0.2.1"

// Node says what the stand-in registers as.
type Node struct {
	Name   string
	Labels map[string]string
	Taints []corev1.Taint
}

// ParseNode reads a Node from the text of flags: labels as "key=value,…",
// taints as "key=value:Effect,…" or "key:Effect,…".
func ParseNode(name, labels, taints string) (Node, error) {
	if name == "" {
		return Node{}, errors.New("the node has no name: set --node-name")
	}
	node := Node{Name: name, Labels: map[string]string{}}
	for _, text := range list(labels) {
		key, value, found := strings.Cut(text, "=")
		if !found {
			return Node{}, fmt.Errorf("label %q: want key=value", text)
		}
		node.Labels[key] = value
	}
	for _, text := range list(taints) {
		taint, err := parseTaint(text)
		if err != nil {
			return Node{}, err
		}
		node.Taints = append(node.Taints, taint)
	}
	return node, nil
}

func parseTaint(text string) (corev1.Taint, error) {
	pair, effect, found := strings.Cut(text, ":")
	if !found {
		return corev1.Taint{}, fmt.Errorf("taint %q: want key=value:Effect", text)
	}
	key, value, _ := strings.Cut(pair, "=")
	return corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)}, nil
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

// object is the Node as the API wants it at registration.
func (n Node) object(now metav1.Time) *corev1.Node {
	labels := map[string]string{
		corev1.LabelHostname:   n.Name,
		corev1.LabelOSStable:   "linux",
		corev1.LabelArchStable: runtime.GOARCH,
	}
	maps.Copy(labels, n.Labels)
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels},
		Spec:       corev1.NodeSpec{Taints: n.Taints},
		Status:     n.status(now),
	}
}

// status is that of a healthy node, with room for all tests of a package at once.
func (n Node) status(now metav1.Time) corev1.NodeStatus {
	room := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("64"),
		corev1.ResourceMemory:           resource.MustParse("64Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		corev1.ResourcePods:             resource.MustParse("1000"),
	}
	return corev1.NodeStatus{
		Capacity:    room,
		Allocatable: room,
		Addresses: []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: nodeIP},
			{Type: corev1.NodeHostName, Address: n.Name},
		},
		NodeInfo: corev1.NodeSystemInfo{
			OperatingSystem: "linux", Architecture: runtime.GOARCH,
			KubeletVersion: "hollow", ContainerRuntimeVersion: "none://hollow",
		},
		Conditions: []corev1.NodeCondition{
			condition(corev1.NodeReady, corev1.ConditionTrue, now),
			condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, now),
			condition(corev1.NodeDiskPressure, corev1.ConditionFalse, now),
			condition(corev1.NodePIDPressure, corev1.ConditionFalse, now),
		},
	}
}

func condition(kind corev1.NodeConditionType, status corev1.ConditionStatus, now metav1.Time) corev1.NodeCondition {
	return corev1.NodeCondition{
		Type: kind, Status: status, Reason: "Hollow", Message: "a stand-in for a kubelet",
		LastHeartbeatTime: now, LastTransitionTime: now,
	}
}

// ready says whether the API server holds the node for ready.
func ready(node *corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
