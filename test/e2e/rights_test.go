package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
)

// The joined sample lot and its namespaces, as manifests/cluster has them.
const (
	joinedSite      = "be/bru/0003"
	joinedNamespace = "lot-be-bru-0003"
	agentNamespace  = "lotsync-be-bru-0003"
	agentAccount    = "system:serviceaccount:" + agentNamespace + ":lotsync"
)

func TestTheAgentInTheClusterNeedsNoMoreThanItsRole(t *testing.T) {
	l := sampleLot(t, joinedSite, joinedNamespace)
	l.install(t)
	kubeconfig, err := l.plane.KubeconfigFor(t.Context(), agentNamespace, "lotsync")
	if err != nil {
		t.Fatal(err)
	}
	l.kubeconfig = kubeconfig
	// Only what is the test's own is given: the rest is as the manifests say.
	asInstalled := []string{"--config", "../../manifests/cluster/agent.yaml", "--token-file", ""}
	l.inStep(t, asInstalled...)

	l.repo.commit(map[string]string{
		l.file("budget.yaml"): "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: front}\nspec: {minAvailable: 1}\n",
		l.file("kustomization.yaml"): swap(t, sampleFleet(t)[l.file("kustomization.yaml")],
			"resources:\n", "resources:\n  - budget.yaml\n"),
	})
	before, mark := l.standing(t), l.mark(t)
	out, r := l.sync(t, asInstalled...)
	if r.code != 1 || out.Standing != sync.StandingFailed {
		t.Errorf("one kind more: exit code %d, %s", r.code, out.Standing)
	}
	for _, want := range []string{
		"PodDisruptionBudget.policy " + joinedNamespace + "/front", agentAccount, `"poddisruptionbudgets"`, `"policy"`,
		"lotsync validate --rbac", "take the object out of Git",
	} {
		if !strings.Contains(out.Message, want) {
			t.Errorf("the message lacks %q:\n%s", want, out.Message)
		}
	}
	if strings.Count(out.Message, "\n  ") != 1 {
		t.Errorf("more is refused than the one object:\n%s", out.Message)
	}
	l.untouched(t, before)
	for _, e := range l.requests(t, mark) {
		if e.User != agentAccount || e.Writes() {
			t.Errorf("a request that writes, or another user: %s", e)
		}
	}
}

// untouched compares all but the resource versions: controllers write status.
func (l *lot) untouched(t *testing.T, before standing) {
	t.Helper()
	after := l.standing(t)
	if diff := cmp.Diff(sortedKeys(before.Live), sortedKeys(after.Live)); diff != "" {
		t.Errorf("objects (-before +after):\n%s", diff)
	}
	before.Live, after.Live = nil, nil
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("something was touched (-before +after):\n%s", diff)
	}
}

// install puts manifests/cluster into the cluster, and takes it away after the
// test.
func (l *lot) install(t *testing.T) {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../../manifests/cluster")
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{
		"Namespace": "/api/v1/namespaces", "ServiceAccount": "/api/v1/namespaces/%/serviceaccounts", "ConfigMap": "/api/v1/namespaces/%/configmaps",
		"Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/%/roles", "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/%/rolebindings",
		"Deployment": "/apis/apps/v1/namespaces/%/deployments",
	}
	for _, object := range built.Resources() {
		body, err := object.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		l.byHand(t, http.MethodPost, strings.Replace(paths[object.GetKind()], "%", object.GetNamespace(), 1), string(body))
	}
	t.Cleanup(func() {
		for _, namespace := range []string{joinedNamespace, agentNamespace} {
			// The test's context has ended.
			_, _ = l.plane.Call(context.WithoutCancel(t.Context()), http.MethodDelete, "/api/v1/namespaces/"+namespace, nil)
		}
	})
}

// TestTheRoleInTheManifestsIsTheOneThatIsPrinted compares object with object.
func TestTheRoleInTheManifestsIsTheOneThatIsPrinted(t *testing.T) {
	l := sampleLot(t, joinedSite, "")
	r := l.lotsync(t, "validate", "--rbac", joinedSite, "--repo", "../..")
	if r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	text, err := os.ReadFile("../../manifests/cluster/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inManifests, _, _ := bytes.Cut(text, []byte("\n---\n"))
	if diff := cmp.Diff(document(t, []byte(r.stdout)), document(t, inManifests)); diff != "" {
		t.Errorf("manifests/cluster/rbac.yaml (-printed +there):\n%s\nprinted:\n%s", diff, r.stdout)
	}
}

func document(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var out map[string]any
	data, err := yaml.YAMLToJSON(text)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
