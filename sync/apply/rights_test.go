package apply_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/rbac"
)

// agentFor makes an account with just the Role that a bundle needs, and lets
// the lot's Cluster act for it.
func (l *lot) agentFor(b sync.Bundle) {
	l.Helper()
	rights, err := rbac.Of(b, l.namespace)
	if err != nil {
		l.Fatal(err)
	}
	role, err := rbac.Role(rights, l.namespace, "agent")
	if err != nil {
		l.Fatal(err)
	}
	body, err := yaml.YAMLToJSON(role)
	if err != nil {
		l.Fatal(err)
	}
	l.call("POST", "/api/v1/namespaces/NS/serviceaccounts", `{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"agent"}}`)
	l.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles", string(body))
	binding, err := json.Marshal(map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": map[string]any{"name": "agent"},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "agent"},
		"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": "agent", "namespace": l.namespace}},
	})
	if err != nil {
		l.Fatal(err)
	}
	l.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings", string(binding))
	l.cfg.Kubeconfig, err = l.plane.KubeconfigFor(l.Context(), l.namespace, "agent")
	if err != nil {
		l.Fatal(err)
	}
	l.cluster = l.clusterFor(l.cfg)
}

func TestNamespacedRoleSuffices(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, gates, token, front, web, strings.Replace(disk, "CLASS", "none", 1))
	l.agentFor(b)
	l.apply(b)
	l.eventually("the Deployment is healthy", func() bool { return l.status(b, "Deployment").Health == sync.Healthy })
	if drifted := l.drifted(b); drifted != "" {
		t.Errorf("drifted: %s", drifted)
	}
	l.prune(l.bundle(tariff))
	if l.exists(deployments+"web") || l.exists(configMaps+"gates") {
		t.Error("the prune left something")
	}
}

func TestOneKindMoreIsRefusedNamingTheRight(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff)
	l.agentFor(b)
	l.apply(b)
	more := l.bundle(dearer, web, strings.Replace(class, "MODE", "Immediate", 2))
	refused := l.refusal(more)
	if len(refused.Refusals) != 2 || refused.Touched {
		t.Errorf("refusal = %+v, want two objects and nothing touched", refused)
	}
	for _, r := range refused.Refusals {
		right := `cannot list resource "deployments" in API group "apps" in the namespace "` + l.namespace + `"`
		if r.Ref.Kind == "StorageClass" {
			right = `cannot list resource "storageclasses" in API group "storage.k8s.io" at the cluster scope`
		}
		if !strings.Contains(r.Message, right) || !strings.Contains(r.Message, "lotsync validate --rbac") {
			t.Errorf("%s is refused with %q, want the missing right and the mend", r.Ref, r.Message)
		}
	}
	if drifted := l.drifted(b); drifted != "" {
		t.Errorf("drifted: %s", drifted)
	}
	_, err := l.cluster.Observe(t.Context(), more)
	if err == nil || errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), `resource "deployments"`) {
		t.Errorf("Observe gave %v, want an error that names the missing right", err)
	}
}
