package hollow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brokenMark in an image's reference makes the image one that cannot be pulled.
const brokenMark = "broken"

func broken(c *corev1.Container) bool { return strings.Contains(c.Image, brokenMark) }

func anyBroken(all []corev1.Container) bool {
	for i := range all {
		if broken(&all[i]) {
			return true
		}
	}
	return false
}

// initStatuses: each is done, up to the first that cannot be pulled. A sidecar
// (an init container that restarts always) runs as long as the pod does.
func initStatuses(pod *corev1.Pod, now metav1.Time) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	held := false
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		state := completed(now)
		switch {
		case held:
			state = waiting("PodInitializing", "")
		case broken(c):
			state, held = unpullable(c), true
		case sidecar && pod.Spec.RestartPolicy == corev1.RestartPolicyAlways:
			state = started(now)
		}
		statuses = append(statuses, containerStatus(c, state, pod.Status.InitContainerStatuses))
	}
	return statuses
}

func containerStatuses(pod *corev1.Pod, way course, now metav1.Time) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		state := started(now)
		switch {
		case !way.initialized:
			state = waiting("PodInitializing", "")
		case broken(c):
			state = unpullable(c)
		case way.phase == corev1.PodSucceeded:
			state = completed(now)
		}
		statuses = append(statuses, containerStatus(c, state, pod.Status.ContainerStatuses))
	}
	return statuses
}

// containerStatus keeps what before says of the container where its image and
// the kind of its state are the same: its times are those of its beginning.
func containerStatus(c *corev1.Container, state corev1.ContainerState, before []corev1.ContainerStatus) corev1.ContainerStatus {
	for i := range before {
		if before[i].Name == c.Name && before[i].Image == c.Image && kind(before[i].State) == kind(state) {
			return before[i]
		}
	}
	status := corev1.ContainerStatus{Name: c.Name, Image: c.Image, State: state}
	runs := state.Running != nil
	status.Started = &runs
	status.Ready = runs || (state.Terminated != nil && state.Terminated.ExitCode == 0)
	if state.Waiting == nil {
		sum := sha256.Sum256([]byte(c.Image))
		status.ImageID = "hollow://sha256:" + hex.EncodeToString(sum[:])
		status.ContainerID = "hollow://" + c.Name
	}
	return status
}

// kind names a state without its times.
func kind(state corev1.ContainerState) string {
	switch {
	case state.Running != nil:
		return "running"
	case state.Terminated != nil:
		return "terminated"
	case state.Waiting != nil:
		return state.Waiting.Reason
	default:
		return ""
	}
}

func started(now metav1.Time) corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
}

func completed(now metav1.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Completed", StartedAt: now, FinishedAt: now,
	}}
}

func unpullable(c *corev1.Container) corev1.ContainerState {
	return waiting("ImagePullBackOff", pullFailure(c.Image))
}

func pullFailure(image string) string {
	return fmt.Sprintf("Back-off pulling image %q: not found", image)
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}
