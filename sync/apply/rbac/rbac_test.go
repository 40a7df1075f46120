package rbac_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/rbac"
)

func bundle(documents ...string) sync.Bundle {
	return sync.NewBundle(sync.Revision{}, []byte(strings.Join(documents, "\n---\n")))
}

func TestRoleOfABundle(t *testing.T) {
	t.Parallel()
	rights, err := rbac.Of(bundle(
		"{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: parking}}",
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: parking}}",
		"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: parking}}",
		"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a, namespace: parking}}",
		"{apiVersion: parking.example.com/v1, kind: Gateway, metadata: {name: a, namespace: parking}}",
	), "parking")
	if err != nil {
		t.Fatal(err)
	}
	role, err := rbac.Role(rights, "parking", "lotsync")
	if err != nil {
		t.Fatal(err)
	}
	want := `# Guessed from the kind, as their CustomResourceDefinition is not here: check gateways.parking.example.com.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: lotsync
  namespace: parking
rules:
- apiGroups:
  - ""
  resources:
  - configmaps
  verbs:
  - create
  - get
  - patch
- apiGroups:
  - ""
  resources:
  - pods
  verbs:
  - list
- apiGroups:
  - ""
  resources:
  - secrets
  verbs: &all
  - create
  - delete
  - get
  - list
  - patch
- apiGroups:
  - apps
  resources:
  - deployments
  ALL
- apiGroups:
  - networking.k8s.io
  resources:
  - ingresses
  - networkpolicies
  ALL
- apiGroups:
  - parking.example.com
  resources:
  - gateways
  ALL
`
	all := "verbs:\n  - create\n  - delete\n  - get\n  - list\n  - patch"
	want = strings.ReplaceAll(strings.Replace(want, "verbs: &all", "verbs:", 1), "ALL", all)
	if diff := cmp.Diff(want, string(role)); diff != "" {
		t.Errorf("role (-want +got):\n%s", diff)
	}
}

func TestWhatNoRoleCanGiveIsRefused(t *testing.T) {
	t.Parallel()
	for what, document := range map[string]string{
		"a namespace":            "{apiVersion: v1, kind: Namespace, metadata: {name: north}}",
		"a cluster role":         "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: north}}",
		"a storage class":        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: north}}",
		"a definition of a kind": "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: north}}",
		"another namespace":      "{apiVersion: v1, kind: ConfigMap, metadata: {name: north, namespace: other}}",
		"no namespace":           "{apiVersion: v1, kind: ConfigMap, metadata: {name: north}}",
	} {
		_, err := rbac.Of(bundle(document), "parking")
		if !errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), "north") {
			t.Errorf("%s: %v, want ErrInvalid that names it", what, err)
		}
	}
}
