package render

import (
	"cmp"
	"slices"

	"github.com/lotsync/lotsync/render/edge"
)

// inOrder sorts objects as they are applied: what others need comes first, what
// admits or refuses others comes last, and between equals their names decide.
func inOrder(objects []edge.Object) {
	rank := map[string]int{}
	for i, kind := range firstKinds() {
		rank[kind] = i - 100
	}
	for i, kind := range []string{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		rank[kind] = i + 1
	}
	slices.SortStableFunc(objects, func(a, b edge.Object) int {
		x, y := edge.RefOf(a), edge.RefOf(b)
		return cmp.Or(
			cmp.Compare(rank[x.Kind], rank[y.Kind]),
			cmp.Compare(x.Group, y.Group), cmp.Compare(x.Kind, y.Kind),
			cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name),
		)
	})
}

func firstKinds() []string {
	return []string{
		"CustomResourceDefinition", "Namespace", "ResourceQuota", "LimitRange", "PriorityClass", "StorageClass",
		"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
		"ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim",
		"Endpoints", "EndpointSlice", "NetworkPolicy", "Service",
		"StatefulSet", "Deployment", "DaemonSet", "CronJob", "Job",
	}
}
