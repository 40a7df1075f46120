// Package plan decides, from what Git says, what the cluster has and what the
// inventory remembers, which objects are sent, in which order, and which go. It
// asks nobody.
package plan

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lotsync/lotsync/sync/apply/object"
)

// Stage is a step of an apply: everything of a stage is in the cluster before
// the next one begins.
type Stage int

// The stages in their order.
const (
	Namespaces Stage = iota
	CRDs
	Classes
	Rights
	Settings
	Claims
	Services
	Workloads
	Rest
	Webhooks
)

// StageOf says when an object of a kind is sent. A kind that is not known comes
// with the rest: after the workloads, one of which may serve it.
func StageOf(kind schema.GroupKind) Stage {
	switch kind.Group {
	case "":
		return coreStage(kind.Kind)
	case "apps", "batch":
		return Workloads
	case object.GroupCRD:
		return CRDs
	case "rbac.authorization.k8s.io":
		return Rights
	case "scheduling.k8s.io", "storage.k8s.io", "node.k8s.io":
		return Classes
	case "admissionregistration.k8s.io", "apiregistration.k8s.io":
		return Webhooks
	default:
		return Rest
	}
}

func coreStage(kind string) Stage {
	switch kind {
	case object.KindNamespace:
		return Namespaces
	case "ServiceAccount", "LimitRange", "ResourceQuota":
		return Rights
	case "ConfigMap", object.KindSecret:
		return Settings
	case "PersistentVolume", "PersistentVolumeClaim":
		return Claims
	case "Service", "Endpoints":
		return Services
	case "Pod", "ReplicationController", "PodTemplate":
		return Workloads
	default:
		return Rest
	}
}

// Stages sorts objects into their stages, each in the bundle's order.
func Stages(objects []object.Object) [][]object.Object {
	stages := make([][]object.Object, Webhooks+1)
	for _, o := range objects {
		s := StageOf(o.Kind().GroupKind())
		stages[s] = append(stages[s], o)
	}
	return slices.DeleteFunc(stages, func(s []object.Object) bool { return len(s) == 0 })
}
