package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
)

func TestExitCodes(t *testing.T) {
	l := newLot(t)
	l.exits(t, 4, "nothing applied yet", "status")
	l.exits(t, 1, "ConfigMap "+l.namespace+"/tariff would be created", "diff")
	l.inStep(t)
	l.exits(t, 0, "good", "status")
	l.exits(t, 0, "the cluster is as Git says", "diff")
	l.exits(t, 0, string(sync.ReasonInStep), "sync")

	noAPI := l.withoutAPI(t)
	l.exits(t, 3, string(sync.ReasonOffline), "sync", "--repo", "http://"+freePort(t)+"/fleet.git")
	l.exits(t, 3, string(sync.ReasonAPIUnavailable), "sync", "--kubeconfig", noAPI)
	l.exits(t, 2, "", "diff", "--kubeconfig", noAPI)
	l.exits(t, 0, "good", "status")

	l.repo.commit(map[string]string{l.file("kustomization.yaml"): "resources: [\n"})
	l.exits(t, 1, "is not YAML", "sync")
	l.exits(t, 1, "is not YAML", "status")
	l.exits(t, 0, "is not YAML", "history")
}

func TestDiffShowsWhatASyncWouldChangeAndNoSecrets(t *testing.T) {
	l := newLot(t)
	l.inStep(t)
	l.repo.commit(l.with(map[string]string{
		l.file("site.yaml"):          strings.Replace(siteYAML, "3.20", "7.70", 1),
		l.file("kustomization.yaml"): l.kustomization("resources: [../../base, account.yaml]"),
		"sites/base/tariff.yaml":     swap(t, tariffYAML, "not a real one", "not one either"),
	}))
	before := l.standing(t)
	r := l.lotsync(t, "diff")
	if r.code != 1 {
		t.Errorf("exit code %d, want 1:\n%s", r.code, r.stderr)
	}
	for _, want := range []string{
		"ConfigMap " + l.namespace + "/tariff would be configured", `-  TARIFF: "3.20"`, `+  TARIFF: "7.70"`,
		"ConfigMap " + l.namespace + "/hours would be deleted", "Secret " + l.namespace + "/terminal would be configured",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the diff lacks %q", want)
		}
	}
	for _, secret := range []string{"not a real one", "bm90IGEgcmVhbCBvbmU=", "not one either", "bm90IG9uZSBlaXRoZXI="} {
		if strings.Contains(r.stdout, secret) {
			t.Errorf("the diff shows a Secret's value, %q", secret)
		}
	}
	if t.Failed() {
		t.Log(r.stdout)
	}
	l.untouched(t, before)
}

// exits runs the program and looks at its exit code and at what it prints.
func (l *lot) exits(t *testing.T, code int, words string, args ...string) {
	t.Helper()
	r := l.lotsync(t, args...)
	if r.code != code || !strings.Contains(r.stdout, words) {
		t.Errorf("lotsync %s: exit code %d, want %d and %q:\n%s%s", strings.Join(args, " "), r.code, code, words, r.stdout, r.stderr)
	}
}

// withoutAPI is a kubeconfig of an API server that is not there.
func (l *lot) withoutAPI(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(l.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(swap(t, string(text), l.plane.URL(), "https://"+freePort(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
