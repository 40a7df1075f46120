package render

import (
	"cmp"
	"slices"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// inOrder sorts objects, and their files with them, as they are applied: what
// others need comes first, what admits or refuses others comes last, and between
// equals their names decide.
func inOrder(objects []edge.Object, origins []string) {
	type placed struct {
		edge.Object

		ref    sync.Ref
		rank   int
		origin string
	}
	rank := map[string]int{}
	for i, kind := range firstKinds() {
		rank[kind] = i - 100
	}
	for i, kind := range []string{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		rank[kind] = i + 1
	}
	all := make([]placed, len(objects))
	for i, o := range objects {
		ref := edge.RefOf(o)
		all[i] = placed{Object: o, ref: ref, rank: rank[ref.Kind], origin: origins[i]}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		x, y := a.ref, b.ref
		return cmp.Or(
			cmp.Compare(a.rank, b.rank),
			cmp.Compare(x.Group, y.Group), cmp.Compare(x.Kind, y.Kind),
			cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name),
		)
	})
	for i, p := range all {
		objects[i], origins[i] = p.Object, p.origin
	}
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
