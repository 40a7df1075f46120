package render_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// TestEqualSnapshotsGiveEqualBytes holds although Go visits maps in another
// order each time, and whatever the environment says.
func TestEqualSnapshotsGiveEqualBytes(t *testing.T) {
	t.Setenv("TZ", "Pacific/Kiritimati")
	t.Setenv("LC_ALL", "tr_TR.UTF-8")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	var first sync.Bundle
	for i := range 5 {
		if i == 3 {
			t.Setenv("TZ", "America/St_Johns")
		}
		bundle, err := render.New(render.DefaultOptions()).Render(t.Context(), sampleSnapshot(t, "nl/ams/0042"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = bundle
		}
		if !bytes.Equal(first.Manifest, bundle.Manifest) || first.Digest != bundle.Digest {
			t.Fatalf("render %d differs from the first", i+1)
		}
	}
}

func TestTheManifestIsInTheOrderOfApplication(t *testing.T) {
	t.Parallel()
	files := kustomization("sortOptions: {order: fifo}", "resources: [../../../base, z.yaml, a.yaml]")
	files[tinyDir+"z.yaml"] = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: parking}\n"
	files[tinyDir+"a.yaml"] = "apiVersion: example.com/v1\nkind: Lot\nmetadata: {name: l}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: parking}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: lots.example.com}\n"
	out, err := render.Build(tiny(files), render.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for doc := range strings.SplitSeq(string(out.Manifest), "---\n") {
		var o struct{ Kind string }
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, o.Kind)
	}
	want := "CustomResourceDefinition Namespace Service Deployment Lot ValidatingWebhookConfiguration"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheVersionNamesTheKustomizeThatIsLinked(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, version, _ := strings.Cut(render.Version, "+kustomize-")
	if version == "" || !strings.Contains(string(data), "sigs.k8s.io/kustomize/api "+version) {
		t.Errorf("render.Version is %q, and go.mod has another kustomize/api: raise Version, as bundles may differ", render.Version)
	}
}
