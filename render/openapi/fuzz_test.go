package openapi

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// FuzzCheck holds that no object, and no definition of a custom resource, makes
// Check panic, and that its answer does not depend on the order of a map.
func FuzzCheck(f *testing.F) {
	for _, e := range edges() {
		f.Add(e.object)
	}
	for _, o := range samples(f) {
		text, err := yaml.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	s := load(f, served)
	f.Fuzz(func(t *testing.T, text string) {
		var o map[string]any
		if yaml.Unmarshal([]byte(text), &o) != nil {
			return
		}
		first := s.Check(o)
		for i, p := range s.Check(o) {
			if first[i].Field != p.Field {
				t.Errorf("the order differs: %v, %v", first[i], p)
			}
		}
		s.With([]map[string]any{o, {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": o}}).Check(o)
	})
}

func TestTheSamplesHaveNoProblems(t *testing.T) {
	t.Parallel()
	for _, version := range Versions() {
		s := load(t, version)
		for _, o := range samples(t) {
			for _, p := range s.Check(o) {
				t.Errorf("%s: %s: %s", version, o["kind"], p)
			}
		}
	}
}
