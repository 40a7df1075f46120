package discovery

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// OfCRD lists the resources that a CustomResourceDefinition brings, in each
// version that it serves.
func OfCRD(crd *unstructured.Unstructured) []Resource {
	text := func(path ...string) string {
		s, _, _ := unstructured.NestedString(crd.Object, path...)
		return s
	}
	versions, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions")
	var out []Resource
	for _, v := range versions {
		version, _ := v.(map[string]any)
		name, _ := version["name"].(string)
		if served, _ := version["served"].(bool); !served {
			continue
		}
		out = append(out, Resource{
			GroupVersionResource: schema.GroupVersionResource{
				Group: text("spec", "group"), Version: name, Resource: text("spec", "names", "plural"),
			},
			Kind:       text("spec", "names", "kind"),
			Namespaced: text("spec", "scope") == "Namespaced",
			Verbs:      []string{"create", "delete", "get", "list", "patch"},
		})
	}
	return out
}
