package e2e

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/state"
	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/gitserver"
)

// lot is one lot with a repository, a Git server, a state directory and a
// namespace of its own.
type lot struct {
	site       sync.Site
	namespace  string // of its objects, and of its inventory
	repo       *repository
	server     *gitserver.Server
	plane      *cluster.ControlPlane
	kubeconfig string
	stateDir   string
}

// newLot makes a lot whose repository has one commit: smallFleet.
func newLot(t *testing.T) *lot {
	t.Helper()
	cp := plane.ControlPlane(t)
	namespace := plane.Namespace(t)
	l := &lot{
		site: sync.Site("nl/" + namespace), namespace: namespace, repo: newRepository(t), plane: cp,
		kubeconfig: cp.Kubeconfig(), stateDir: filepath.Join(t.TempDir(), "state"),
	}
	l.server = serve(t, l.repo)
	l.repo.commit(l.smallFleet())
	return l
}

// sampleLot makes a lot of the sample fleet, whose objects lie in namespace.
func sampleLot(t *testing.T, site sync.Site, namespace string) *lot {
	t.Helper()
	cp := plane.ControlPlane(t)
	l := &lot{
		site: site, namespace: namespace, repo: newRepository(t), plane: cp,
		kubeconfig: cp.Kubeconfig(), stateDir: filepath.Join(t.TempDir(), "state"),
	}
	l.server = serve(t, l.repo)
	l.repo.commit(sampleFleet(t))
	return l
}

func serve(t *testing.T, repo *repository) *gitserver.Server {
	t.Helper()
	server, err := gitserver.Serve(t.Context(), repo.root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

const fleetYAML = `apiVersion: lotsync.dev/v1alpha1
kind: Fleet
spec:
  edge:
    images: {pullPolicy: IfNotPresent}
  schedule: {poll: "0 0 1 1 *", spread: 1s, drift: 10s}
  rollout:
    health: {timeout: 1m, settle: 0s}
`

const siteYAML = `apiVersion: lotsync.dev/v1alpha1
kind: Site
spec:
  vars: {TARIFF: "3.20"}
`

const gateYAML = `apiVersion: apps/v1
kind: Deployment
metadata: {name: gate}
spec:
  replicas: 0
  selector: {matchLabels: {app: gate}}
  template:
    metadata: {labels: {app: gate}}
    spec:
      containers:
      - name: gate
        image: example.com/gate:1.0
        resources: {limits: {memory: 16Mi}}
`

const tariffYAML = `apiVersion: v1
kind: ConfigMap
metadata: {name: tariff}
data: {TARIFF: "${site:vars.TARIFF}"}
---
apiVersion: v1
kind: Secret
metadata: {name: terminal}
stringData: {key: "not a real one"}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: gate}
  ports: [{port: 80, targetPort: 8080}]
`

// file is the path of one of the lot's own files.
func (l *lot) file(name string) string { return "sites/" + string(l.site) + "/" + name }

// smallFleet is a lot of six objects on a base.
func (l *lot) smallFleet() map[string]string {
	return map[string]string{
		"sites/fleet.yaml":              fleetYAML,
		"sites/base/kustomization.yaml": "resources: [gate.yaml, tariff.yaml]\n",
		"sites/base/gate.yaml":          gateYAML,
		"sites/base/tariff.yaml":        tariffYAML,
		l.file("site.yaml"):             siteYAML,
		l.file("kustomization.yaml"):    l.kustomization("resources: [../../base, hours.yaml, account.yaml]"),
		l.file("hours.yaml"):            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hours}\ndata: {OPEN: \"06:00\"}\n",
		l.file("account.yaml"):          "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: gate}\n",
	}
}

// smallRefs are the objects of smallFleet.
func (l *lot) smallRefs() []sync.Ref {
	return l.refs("ConfigMap hours", "ConfigMap tariff", "Deployment.apps gate", "Secret terminal", "Service front", "ServiceAccount gate")
}

// refs reads "Kind.group name" in the lot's namespace.
func (l *lot) refs(names ...string) []sync.Ref {
	var out []sync.Ref
	for _, n := range names {
		kind, name, _ := strings.Cut(n, " ")
		kind, group, _ := strings.Cut(kind, ".")
		out = append(out, sync.Ref{Group: group, Kind: kind, Namespace: l.namespace, Name: name})
	}
	slices.SortFunc(out, byName)
	return out
}

func byName(a, b sync.Ref) int { return strings.Compare(a.String(), b.String()) }

func (l *lot) kustomization(lines ...string) string {
	return "namespace: " + l.namespace + "\n" + strings.Join(lines, "\n") + "\n"
}

// with is smallFleet with other contents for some files.
func (l *lot) with(changes map[string]string) map[string]string {
	files := l.smallFleet()
	maps.Copy(files, changes)
	return files
}

// state reads the lot's state directory, without disturbing its agent.
func (l *lot) state(t *testing.T) sync.State {
	t.Helper()
	reader, err := state.OpenReadOnly(l.stateDir)
	if err != nil {
		t.Fatal(err)
	}
	st, err := reader.Load()
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// manifest reads the lot's current bundle.
func (l *lot) manifest(t *testing.T) string {
	t.Helper()
	reader, err := state.OpenReadOnly(l.stateDir)
	if err != nil {
		t.Fatal(err)
	}
	current := l.state(t).Current
	if current == nil {
		t.Fatal("nothing was applied yet")
	}
	bundle, err := reader.Bundle(current.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return string(bundle.Manifest)
}
