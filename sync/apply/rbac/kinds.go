package rbac

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// plural forms the resource of a kind. It is known for the groups that every
// API server has, whose plurals are all regular but for Endpoints, and a guess
// for others.
func plural(kind schema.GroupKind) (resource schema.GroupResource, known bool) {
	known = builtin(kind.Group)
	if kind.Group == "" && kind.Kind == "Endpoints" {
		return schema.GroupResource{Resource: "endpoints"}, known
	}
	name := strings.ToLower(kind.Kind)
	switch {
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "ch"), strings.HasSuffix(name, "sh"):
		name += "es"
	case strings.HasSuffix(name, "y") && !vowelBeforeLast(name):
		name = strings.TrimSuffix(name, "y") + "ies"
	default:
		name += "s"
	}
	return schema.GroupResource{Group: kind.Group, Resource: name}, known
}

func vowelBeforeLast(name string) bool {
	return len(name) > 1 && strings.ContainsRune("aeiou", rune(name[len(name)-2]))
}

// builtin groups are the API server's own.
func builtin(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") && !strings.HasSuffix(group, ".x-k8s.io")
}

// clusterScoped reports whether a kind of the API server's own is in no
// namespace.
func clusterScoped(kind schema.GroupKind) bool {
	switch kind.Group {
	case "":
		return slices.Contains([]string{"Namespace", "Node", "PersistentVolume"}, kind.Kind)
	case "rbac.authorization.k8s.io":
		return strings.HasPrefix(kind.Kind, "Cluster")
	case "storage.k8s.io":
		return kind.Kind != "CSIStorageCapacity"
	case "apiextensions.k8s.io", "apiregistration.k8s.io", "scheduling.k8s.io", "node.k8s.io", "admissionregistration.k8s.io":
		return true
	default:
		return false
	}
}
