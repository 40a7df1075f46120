package hollow

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// report writes the event that a kubelet writes for an image that it cannot
// pull: people, and what gathers evidence, look for it.
func (p *pods) report(ctx context.Context, pod *corev1.Pod) error {
	all := append(pod.Spec.InitContainers[:len(pod.Spec.InitContainers):len(pod.Spec.InitContainers)], pod.Spec.Containers...)
	for i := range all {
		if !broken(&all[i]) {
			continue
		}
		now := metav1.Now()
		event := &corev1.Event{
			ObjectMeta: metav1.ObjectMeta{GenerateName: pod.Name + ".", Namespace: pod.Namespace},
			InvolvedObject: corev1.ObjectReference{
				APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
				FieldPath: fmt.Sprintf("spec.containers{%s}", all[i].Name),
			},
			Type: corev1.EventTypeWarning, Reason: "Failed", Message: pullFailure(all[i].Image),
			Source: corev1.EventSource{Component: "kubelet", Host: p.node}, Count: 1,
			FirstTimestamp: now, LastTimestamp: now,
		}
		if _, err := p.client.CoreV1().Events(pod.Namespace).Create(ctx, event, metav1.CreateOptions{}); err != nil {
			return ignoreGone(fmt.Errorf("event: %w", err))
		}
	}
	return nil
}
