package render_test

import (
	"errors"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// FuzzBuild renders small folders: whatever is in them, Build answers with
// sync.ErrInvalid, or with the same bytes twice, which are YAML objects.
func FuzzBuild(f *testing.F) {
	limits := render.DefaultLimits()
	limits.Nodes, limits.Objects, limits.Keys = 5000, 20, 200
	for _, name := range []string{tinyDir + "kustomization.yaml", tinyDir + "site.yaml"} {
		content := string(tiny(nil).Files[name])
		f.Add(content, string(tiny(nil).Files[baseDir+"gate.yaml"]), string(tiny(nil).Files["sites/fleet.yaml"]))
	}
	for _, bad := range badInputs() {
		if len(bad.files[tinyDir+"extra.yaml"]) < 4096 {
			f.Add(bad.files[tinyDir+"kustomization.yaml"], bad.files[tinyDir+"extra.yaml"], "")
		}
	}
	f.Fuzz(func(t *testing.T, kustomization, resource, fleetFile string) {
		files := map[string]string{tinyDir + "kustomization.yaml": kustomization, tinyDir + "extra.yaml": resource}
		if fleetFile != "" {
			files["sites/fleet.yaml"] = fleetFile
		}
		out, err := render.Build(tiny(files), limits)
		if err != nil {
			if !errors.Is(err, sync.ErrInvalid) {
				t.Errorf("%v: want sync.ErrInvalid", err)
			}
			return
		}
		again, err := render.Build(tiny(files), limits)
		if err != nil || !slices.Equal(out.Manifest, again.Manifest) {
			t.Errorf("the second build differs: %v", err)
		}
		var object map[string]any
		if err := yaml.Unmarshal(out.Manifest, &object); err != nil {
			t.Errorf("the manifest is not YAML: %v\n%s", err, out.Manifest)
		}
	})
}
