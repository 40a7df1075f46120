package health

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Selector is the label selector of a workload's pods; "" for what has none.
func Selector(u *unstructured.Unstructured) string {
	switch u.GroupVersionKind().Group {
	case "apps", "batch":
	default:
		return ""
	}
	labels, _, _ := unstructured.NestedStringMap(u.Object, "spec", "selector", "matchLabels")
	parts := make([]string, 0, len(labels))
	for key, value := range labels {
		parts = append(parts, key+"="+value)
	}
	return strings.Join(parts, ",")
}

// Complaint is what keeps the first ailing one of a workload's pods from being
// ready, in the kubelet's words; "" if no pod complains.
func Complaint(pods []unstructured.Unstructured) string {
	for i := range pods {
		pod := &pods[i]
		if pod.GetDeletionTimestamp() != nil {
			continue
		}
		if words := complaint(pod); words != "" {
			return fmt.Sprintf("pod %s: %s", pod.GetName(), words)
		}
	}
	return ""
}

func complaint(pod *unstructured.Unstructured) string {
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		containers, _, _ := unstructured.NestedSlice(pod.Object, "status", field)
		for _, c := range containers {
			container, _ := c.(map[string]any)
			if words := containerComplaint(container); words != "" {
				return fmt.Sprintf("container %v: %s", container["name"], words)
			}
		}
	}
	if state, message := Condition(pod, "PodScheduled"); state == "False" {
		return "no node takes it: " + message
	}
	return ""
}

// containerComplaint reads why a container waits, or how it ended last.
func containerComplaint(container map[string]any) string {
	reason, message := stateOf(container, "state", "waiting")
	switch reason {
	case "", "ContainerCreating", "PodInitializing":
	default:
		if last, _ := stateOf(container, "lastState", "terminated"); last != "" {
			return join(reason, message) + " (it ended before: " + last + ")"
		}
		return join(reason, message)
	}
	reason, message = stateOf(container, "state", "terminated")
	if reason == "" || reason == "Completed" {
		return ""
	}
	return join(reason, message)
}

func stateOf(container map[string]any, state, kind string) (reason, message string) {
	reason, _, _ = unstructured.NestedString(container, state, kind, "reason")
	message, _, _ = unstructured.NestedString(container, state, kind, "message")
	return reason, message
}

func join(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}
