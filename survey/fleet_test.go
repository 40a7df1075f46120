package survey_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// smallFleet are the files of a fleet of n lots that share a base and a
// component.
func smallFleet(n int) map[string]string {
	files := map[string]string{
		"sites/fleet.yaml":                           "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\nspec:\n  edge:\n    nodeSelector: {lotsync.dev/site: \"${site:label}\"}\n",
		"sites/base/kustomization.yaml":              "resources: [gate.yaml, tariff.yaml]\n",
		"sites/base/gate.yaml":                       gatePod("registry.example.com/gate:1.0"),
		"sites/base/tariff.yaml":                     configMap("tariff", "${site:vars.TARIFF}"),
		"sites/components/camera/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [camera.yaml]\n",
		"sites/components/camera/camera.yaml":        configMap("camera", "on"),
	}
	for i := range n {
		maps.Copy(files, lotFiles(siteOf(i)))
	}
	return files
}

func siteOf(i int) sync.Site { return sync.Site(fmt.Sprintf("nl/ams/%04d", i+1)) }

func lotFiles(site sync.Site) map[string]string {
	dir := "sites/" + string(site) + "/"
	return map[string]string{
		dir + "site.yaml":          siteFile("ring: late", "local", "3.20"),
		dir + "kustomization.yaml": "namespace: parking\nresources: [../../../base, own.yaml]\n",
		dir + "own.yaml":           configMap("own", string(site)),
	}
}

func siteFile(labels, topology, tariff string) string {
	return fmt.Sprintf("apiVersion: lotsync.dev/v1alpha1\nkind: Site\nmetadata: {labels: {%s}}\nspec:\n  vars: {TARIFF: %q}\n  topology: %s\n", labels, tariff, topology)
}

func configMap(name, value string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {VALUE: %q}\n", name, value)
}

func gatePod(image string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: gate\nspec:\n  containers:\n  - name: gate\n    image: " + image + "\n"
}

// checkoutOf writes files to a new folder. They are old: a cache may trust
// their times.
func checkoutOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		write(t, root, name, content)
	}
	return root
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	full := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// look surveys a checkout with what is kept in cache; nothing is, if it is
// empty.
func look(t *testing.T, root, cache string, change func(*survey.Options)) *survey.Result {
	t.Helper()
	return lookAt(t, root, cache, time.Now(), change)
}

func lookAt(t *testing.T, root, cache string, now time.Time, change func(*survey.Options)) *survey.Result {
	t.Helper()
	tree, err := survey.OpenCheckout(root, survey.CheckoutOptions{CacheDir: cache, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, tree)
	return run(t, tree, cache, change)
}

func run(t *testing.T, tree *survey.Tree, cache string, change func(*survey.Options)) *survey.Result {
	t.Helper()
	o := survey.DefaultOptions()
	o.Store = survey.OpenStore(cache, slog.New(slog.DiscardHandler))
	defer closing(t, o.Store)
	if change != nil {
		change(&o)
	}
	result, err := survey.Run(t.Context(), tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func closing(t *testing.T, c interface{ Close() error }) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
