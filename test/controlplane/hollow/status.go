package hollow

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brokenMark in an image's reference makes the image one that cannot be pulled.
const brokenMark = "broken"

// statusOf is the status that a pod bound to this node comes to: running and
// ready; done, where it is not meant to run for ever; or waiting for an image
// that cannot be pulled. What pod already says and what still holds stays.
func statusOf(pod *corev1.Pod, ip string, now metav1.Time) corev1.PodStatus {
	status := *pod.Status.DeepCopy()
	if status.StartTime == nil {
		status.StartTime = &now
	}
	if status.PodIP == "" {
		status.PodIP, status.PodIPs = ip, []corev1.PodIP{{IP: ip}}
		status.HostIP, status.HostIPs = nodeIP, []corev1.HostIP{{IP: nodeIP}}
	}
	run := runOf(pod)
	status.Phase = run.phase
	status.InitContainerStatuses = run.inits(pod, now)
	status.ContainerStatuses = run.mains(pod, now)

	initialized := run != stuckInInit
	started := run == running
	set := func(kind corev1.PodConditionType, holds bool, reason string) {
		status.Conditions = withCondition(status.Conditions, kind, holds, reason, now)
	}
	set(corev1.PodReadyToStartContainers, run != done, "")
	set(corev1.PodInitialized, initialized, run.reason)
	set(corev1.ContainersReady, started, run.reason)
	set(corev1.PodReady, started, run.reason)
	return status
}
