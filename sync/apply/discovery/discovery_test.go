package discovery_test

import (
	"context"
	"errors"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync/apply/discovery"
)

var errDown = errors.New("down")

// server answers paths from a table.
func server(answers map[string]string) discovery.Get {
	return func(_ context.Context, path, _ string) ([]byte, error) {
		if answer, ok := answers[path]; ok {
			return []byte(answer), nil
		}
		return nil, errDown
	}
}

func aggregated() map[string]string {
	return map[string]string{
		"/api": `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
			{"resource":"namespaces","responseKind":{"kind":"Namespace"},"scope":"Cluster","verbs":["get","list"]},
			{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","verbs":["get","list","patch"],"subresources":[{"subresource":"log"}]}]}]}]}`,
		"/apis": `{"kind":"APIGroupDiscoveryList","items":[
			{"metadata":{"name":"autoscaling"},"versions":[
				{"version":"v2","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced","verbs":["list"]}]},
				{"version":"v1","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced","verbs":["list"]}]}]},
			{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1","freshness":"Stale"}]}]}`,
	}
}

func legacy() map[string]string {
	return map[string]string{
		"/api": `{"kind":"APIVersions","versions":["v1"]}`,
		"/api/v1": `{"kind":"APIResourceList","resources":[
			{"name":"namespaces","kind":"Namespace","verbs":["get","list"]},
			{"name":"pods","kind":"Pod","namespaced":true,"verbs":["get","list","patch"]},
			{"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]}]}`,
		"/apis": `{"kind":"APIGroupList","groups":[
			{"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v2"},{"groupVersion":"autoscaling/v1"}]},
			{"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1"}]}]}`,
		"/apis/autoscaling/v2": `{"kind":"APIResourceList","resources":[{"name":"horizontalpodautoscalers","kind":"HorizontalPodAutoscaler","namespaced":true,"verbs":["list"]}]}`,
		"/apis/autoscaling/v1": `{"kind":"APIResourceList","resources":[{"name":"horizontalpodautoscalers","kind":"HorizontalPodAutoscaler","namespaced":true,"verbs":["list"]}]}`,
	}
}

func TestReadBothForms(t *testing.T) {
	t.Parallel()
	for form, answers := range map[string]map[string]string{"aggregated": aggregated(), "legacy": legacy()} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			c, err := discovery.Read(t.Context(), server(answers))
			if err != nil {
				t.Fatal(err)
			}
			pod, ok := c.Find(schema.GroupVersionKind{Version: "v1", Kind: "Pod"})
			if !ok || pod.Resource != "pods" || !pod.Namespaced || !pod.Can("patch") || pod.Can("delete") {
				t.Errorf("Pod = %+v, %v", pod, ok)
			}
			if ns, ok := c.Find(schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}); !ok || ns.Namespaced {
				t.Errorf("Namespace = %+v, %v, want one that is in no namespace", ns, ok)
			}
			hpa := schema.GroupVersionKind{Group: "autoscaling", Version: "v2beta2", Kind: "HorizontalPodAutoscaler"}
			if _, ok := c.Find(hpa); ok {
				t.Error("v2beta2 is found, though it is not served")
			}
			if got, ok := c.FindAny(hpa); !ok || got.Version != "v2" {
				t.Errorf("FindAny = %+v, %v, want the preferred version", got, ok)
			}
			if !c.Stale("metrics.k8s.io") || c.Stale("autoscaling") {
				t.Error("want metrics.k8s.io stale, and nothing else")
			}
			if got := c.Namespaced(); len(got) != 2 {
				t.Errorf("Namespaced = %+v, want pods and autoscalers, each once", got)
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	for what, answers := range map[string]map[string]string{
		"no answer":             {},
		"half an answer":        {"/api": aggregated()["/api"]},
		"an answer that breaks": {"/api": `{"kind":`},
		"somebody else's":       {"/api": `{"hello":"world"}`},
		"no core group":         {"/api": legacy()["/api"]},
	} {
		if _, err := discovery.Read(t.Context(), server(answers)); err == nil {
			t.Errorf("%s: want an error", what)
		}
	}
}

func TestOfCRD(t *testing.T) {
	t.Parallel()
	var crd unstructured.Unstructured
	err := yaml.Unmarshal([]byte(`
spec:
  group: parking.example.com
  scope: Namespaced
  names: {kind: Gate, plural: gates}
  versions: [{name: v1, served: true}, {name: v1alpha1, served: false}]
`), &crd.Object)
	if err != nil {
		t.Fatal(err)
	}
	got := discovery.OfCRD(&crd)
	if len(got) != 1 || got[0].Resource != "gates" || got[0].Version != "v1" || !got[0].Namespaced || got[0].Kind != "Gate" {
		t.Errorf("OfCRD = %+v, want gates in v1 alone", got)
	}
}
