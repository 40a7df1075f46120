package hollow

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// course is what becomes of a pod on this node.
type course struct {
	phase       corev1.PodPhase
	reason      string // why it is not ready
	initialized bool
	ready       bool
}

// courseOf decides: an image that cannot be pulled holds the pod up, and a pod
// that is not meant to run for ever is done as soon as it has begun.
func courseOf(spec *corev1.PodSpec) course {
	switch {
	case anyBroken(spec.InitContainers):
		return course{phase: corev1.PodPending, reason: "ContainersNotInitialized"}
	case anyBroken(spec.Containers):
		return course{phase: corev1.PodPending, reason: "ContainersNotReady", initialized: true}
	case spec.RestartPolicy != corev1.RestartPolicyAlways:
		return course{phase: corev1.PodSucceeded, reason: "PodCompleted", initialized: true}
	default:
		return course{phase: corev1.PodRunning, initialized: true, ready: true}
	}
}

// statusOf is the status that a pod bound to this node comes to. What the pod
// already says and what still holds stays, times among it: the status of a pod
// that has come to it is the pod's own.
func statusOf(pod *corev1.Pod, ip string, now metav1.Time) corev1.PodStatus {
	status := *pod.Status.DeepCopy()
	if status.StartTime == nil {
		status.StartTime = &now
	}
	if status.PodIP == "" {
		status.PodIP, status.PodIPs = ip, []corev1.PodIP{{IP: ip}}
		status.HostIP, status.HostIPs = nodeIP, []corev1.HostIP{{IP: nodeIP}}
	}
	way := courseOf(&pod.Spec)
	status.Phase = way.phase
	status.InitContainerStatuses = initStatuses(pod, now)
	status.ContainerStatuses = containerStatuses(pod, way, now)
	for _, c := range []corev1.PodCondition{
		{Type: corev1.PodReadyToStartContainers, Status: truth(way.phase != corev1.PodSucceeded)},
		{Type: corev1.PodInitialized, Status: truth(way.initialized)},
		{Type: corev1.ContainersReady, Status: truth(way.ready), Reason: way.reason},
		{Type: corev1.PodReady, Status: truth(way.ready), Reason: way.reason},
	} {
		status.Conditions = withCondition(status.Conditions, c, now)
	}
	return status
}

// withCondition sets c, and its time where it says something else than before.
func withCondition(all []corev1.PodCondition, c corev1.PodCondition, now metav1.Time) []corev1.PodCondition {
	for i := range all {
		if all[i].Type != c.Type {
			continue
		}
		if all[i].Status != c.Status || all[i].Reason != c.Reason {
			c.LastTransitionTime = now
			all[i] = c
		}
		return all
	}
	c.LastTransitionTime = now
	return append(all, c)
}

func truth(holds bool) corev1.ConditionStatus {
	if holds {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}
