package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
)

const (
	tariff = `{apiVersion: v1, kind: ConfigMap, metadata: {name: tariff, namespace: NS, labels: LABELS}, data: {hour: "3.20"}}`
	dearer = `{apiVersion: v1, kind: ConfigMap, metadata: {name: tariff, namespace: NS, labels: LABELS}, data: {hour: "3.40"}}`
	gates  = `{apiVersion: v1, kind: ConfigMap, metadata: {name: gates, namespace: NS, labels: LABELS}, data: {count: "2"}}`
	token  = `{apiVersion: v1, kind: Secret, metadata: {name: token, namespace: NS, labels: LABELS}, stringData: {pin: "1234"}}`
	front  = `{apiVersion: v1, kind: Service, metadata: {name: front, namespace: NS, labels: LABELS}, spec: {selector: {app: front}, ports: [{port: 80, targetPort: 8080}]}}`
	web    = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NS, labels: LABELS}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.example/web:1.0", ports: [{containerPort: 8080}], env: [{name: MODE, value: fast}]}]
`
	configMaps = "/api/v1/namespaces/NS/configmaps/"
)

func TestFirstApplyCreatesEverythingAndRecordsIt(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, token, front, web)
	report := l.apply(b)
	if len(report.Changes) != 4 || report.Unchanged != 0 {
		t.Errorf("report = %+v, want 4 objects created", report)
	}
	for _, c := range report.Changes {
		if c.Action != sync.Created {
			t.Errorf("%s: %s, want created", c.Ref, c.Action)
		}
	}
	inventory := l.call("GET", configMaps+"lotsync-inventory-"+l.cfg.Site.Label(), "")
	data, _ := inventory["data"].(map[string]any)
	text, _ := data["objects"].(string)
	if n := strings.Count(text, `"uid"`); n != 4 {
		t.Errorf("the inventory has %d objects with UID, want 4:\n%s", n, text)
	}
}

func TestNothingNewSendsNoWrite(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, token, front, web)
	l.apply(b)
	mark := l.mark()
	report, err := l.cluster.Apply(t.Context(), b, func() error {
		t.Error("before was called, though nothing is to be changed")
		return nil
	})
	if err != nil || len(report.Changes) != 0 || report.Unchanged != 4 {
		t.Errorf("Apply = %+v, %v, want 4 unchanged", report, err)
	}
	l.observe(b)
	l.prune(b)
	requests := l.requests(mark)
	if len(requests) == 0 {
		t.Error("the audit log shows no request at all")
	}
	for _, e := range requests {
		if e.Writes() || e.DryRun {
			t.Errorf("a request that is no reading one: %s", e)
		}
	}
}

func TestOnlyTheChangedObjectIsSent(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, token, front, web))
	mark := l.mark()
	report := l.apply(l.bundle(dearer, token, front, web))
	want := []string{"patch configmaps/tariff", "patch configmaps/lotsync-inventory-" + l.cfg.Site.Label()}
	if diff := cmp.Diff(want, l.writes(mark)); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if len(report.Changes) != 1 || report.Changes[0].Action != sync.Configured || report.Unchanged != 3 {
		t.Errorf("report = %+v, want one configured, three unchanged", report)
	}
}

func TestBeforeIsCalledOnceAndItsErrorChangesNothing(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	full := errors.New("disk full")
	calls := 0
	mark := l.mark()
	_, err := l.cluster.Apply(t.Context(), l.bundle(tariff), func() error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("Apply gave %v after %d calls, want the error of the one call", err, calls)
	}
	if writes := l.writes(mark); len(writes) != 0 {
		t.Errorf("writes: %v, want none", writes)
	}
}

func TestRefusedObjectsChangeNothingAndAreAllReported(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff))
	mark := l.mark()
	refused := l.refusal(l.bundle(dearer, gates,
		strings.Replace(web, "replicas: 2", "replicas: -1", 1),
		strings.Replace(front, "selector:", "selektor:", 1),
		`{apiVersion: parking.example.com/v1, kind: Barrier, metadata: {name: north, namespace: NS, labels: LABELS}}`,
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: lost, namespace: NS-gone, labels: LABELS}}`,
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: theirs, namespace: NS, labels: {lotsync.dev/site: nl.ams.0001}}}`,
	))
	want := map[string]string{
		"web":    "spec.replicas",
		"front":  "selektor",
		"north":  "no kind Barrier in parking.example.com/v1: correct apiVersion and kind, or bring its CustomResourceDefinition",
		"lost":   `namespaces "` + l.namespace + `-gone" not found`,
		"theirs": "belongs to site nl.ams.0001",
	}
	for _, r := range refused.Refusals {
		if part, ok := want[r.Ref.Name]; !ok || !strings.Contains(r.Message, part) {
			t.Errorf("%s is refused with %q, want %q in it", r.Ref, r.Message, part)
		}
		delete(want, r.Ref.Name)
	}
	if len(want) > 0 || refused.Touched {
		t.Errorf("not refused: %v; touched: %v", want, refused.Touched)
	}
	if writes := l.writes(mark); len(writes) != 0 {
		t.Errorf("writes: %v, want none", writes)
	}
	if drifted := l.drifted(l.bundle(tariff)); drifted != "" {
		t.Errorf("drifted: %s", drifted)
	}
}

func TestEmptyAndBrokenBundlesAreInvalid(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	for name, manifest := range map[string]string{
		"nothing at all": "", "comments only": "# nothing\n---\n", "no YAML": "{{",
		"no kind": "{apiVersion: v1, metadata: {name: a}}", "no name": "{apiVersion: v1, kind: ConfigMap}",
		"one object twice": tariff + "\n---\n" + dearer,
	} {
		b := l.bundle(manifest)
		if _, err := l.cluster.Apply(t.Context(), b, nil); !errors.Is(err, sync.ErrInvalid) {
			t.Errorf("%s: Apply gave %v, want ErrInvalid", name, err)
		}
		if _, err := l.cluster.Prune(t.Context(), b); !errors.Is(err, sync.ErrInvalid) {
			t.Errorf("%s: Prune gave %v, want ErrInvalid", name, err)
		}
	}
}

// crd and north stand on each other; G is the test's own API group.
const (
	crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: barriers.NS.example.com, labels: LABELS}
spec:
  group: NS.example.com
  names: {kind: Barrier, plural: barriers}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {lanes: {type: integer}}}}}}
`
	ground = `{apiVersion: v1, kind: Namespace, metadata: {name: NS-ground, labels: LABELS}}`
	north  = `{apiVersion: NS.example.com/v1, kind: Barrier, metadata: {name: north, namespace: NS-ground, labels: LABELS}, spec: {lanes: 2}}`
	inside = `{apiVersion: v1, kind: ConfigMap, metadata: {name: inside, namespace: NS-ground, labels: LABELS}}`
)

func TestNamespaceAndKindComeWithTheBundle(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(north, inside, ground, crd) // the worst order: Apply sorts it
	report := l.apply(b)
	if len(report.Changes) != 4 {
		t.Errorf("report = %+v, want 4 changes", report)
	}
	if live := l.observe(b); !live.Healthy() || len(live.Drifted()) != 0 {
		t.Errorf("live = %+v, want all healthy and undrifted", live)
	}
	if report := l.apply(b); len(report.Changes) != 0 {
		t.Errorf("the second apply changed %+v", report.Changes)
	}
	l.prune(l.bundle(tariff))
	l.eventually("the CRD and the namespace are gone", func() bool {
		return !l.exists("/api/v1/namespaces/NS-ground") && !l.exists("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/barriers.NS.example.com")
	})
}

func TestLateRefusalIsTakenBack(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff))
	refused := l.refusal(l.bundle(tariff, gates, ground, crd, strings.Replace(north, "lanes: 2", "lanes: many", 1)))
	if !refused.Touched || len(refused.Refusals) != 1 || refused.Refusals[0].Ref.Kind != "Barrier" {
		t.Errorf("refusal = %+v, want that of the Barrier, touched", refused)
	}
	l.eventually("what the bundle brought is gone", func() bool {
		return !l.exists("/api/v1/namespaces/NS-ground") && !l.exists("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/barriers.NS.example.com")
	})
	if l.exists(configMaps + "gates") {
		t.Error("gates was applied, though it comes after the stage that was refused")
	}
	if drifted := l.drifted(l.bundle(tariff)); drifted != "" {
		t.Errorf("drifted: %s", drifted)
	}
}

func TestLotsMayNotTakeEachOthersObjects(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates))
	other := *l
	other.cfg.Site += "-2"
	other.cluster = other.clusterFor(other.cfg)
	refused := other.refusal(other.bundle(dearer))
	if len(refused.Refusals) != 1 || !strings.Contains(refused.Refusals[0].Message, "belongs to site "+l.cfg.Site.Label()) {
		t.Errorf("refusal = %v, want one that names the owner", refused)
	}
}

func TestNodePortIsHandedOver(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	old := strings.NewReplacer("name: front", "name: old", "targetPort: 8080", "nodePort: 30123", "spec: {", "spec: {type: NodePort, ").Replace(front)
	fresh := strings.Replace(old, "name: old", "name: fresh", 1)
	l.apply(l.bundle(old, tariff))
	report := l.apply(l.bundle(fresh, tariff))
	actions := make([]string, 0, len(report.Changes))
	for _, c := range report.Changes {
		actions = append(actions, string(c.Action)+" "+c.Ref.Name)
	}
	if diff := cmp.Diff([]string{"deleted old", "created fresh"}, actions); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	moved := strings.Replace(fresh, "30123", "30124", 1)
	third := strings.Replace(fresh, "name: fresh", "name: third", 1)
	if report := l.apply(l.bundle(third, moved, tariff)); len(report.Changes) != 2 {
		t.Errorf("a port given up within a bundle: %+v, want one configured, one created", report)
	}
	l.prune(l.bundle(tariff))
}

func TestLostInventoryIsMadeAnew(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates))
	l.call("DELETE", configMaps+"lotsync-inventory-"+l.cfg.Site.Label(), "")
	l.apply(l.bundle(tariff))
	l.prune(l.bundle(tariff))
	if l.exists(configMaps+"gates") || !l.exists(configMaps+"tariff") {
		t.Error("want gates found by its label and pruned, tariff kept")
	}
}

func TestCancelledApplyIsNoOutage(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.cluster.Apply(ctx, l.bundle(tariff), nil)
	if !errors.Is(err, context.Canceled) || errors.Is(err, sync.ErrUnavailable) {
		t.Errorf("Apply gave %v, want a cancelled context and nothing else", err)
	}
}

func TestThreeHundredObjectsFit(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	var documents []string
	for i := range 300 {
		documents = append(documents, strings.Replace(gates, "name: gates", "name: gates-"+strings.Repeat("a", i%150)+string(rune('a'+i/150)), 1))
	}
	b := l.bundle(documents...)
	l.apply(b)
	if report := l.apply(b); report.Unchanged != 300 {
		t.Errorf("unchanged = %d, want 300", report.Unchanged)
	}
	slices.Reverse(documents)
	l.prune(l.bundle(tariff))
	if l.exists(configMaps + "gates-a") {
		t.Error("gates-a is still there")
	}
}

func TestInventoryNamespaceIsMade(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.cfg.Namespace = l.namespace + "-system"
	l.cluster = l.clusterFor(l.cfg)
	l.apply(l.bundle(tariff))
	if !l.exists("/api/v1/namespaces/NS-system/configmaps/lotsync-inventory-" + l.cfg.Site.Label()) {
		t.Error("the inventory is not in its namespace")
	}
	l.call("DELETE", "/api/v1/namespaces/NS-system", "")
}

func TestDamagedInventoryIsReportedAndLeftAlone(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates))
	path := configMaps + "lotsync-inventory-" + l.cfg.Site.Label()
	l.call("PATCH", path, `{"data":{"objects":"{"}}`)
	mark := l.mark()
	_, err := l.cluster.Prune(t.Context(), l.bundle(tariff))
	if err == nil || errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("Prune gave %v, want an error that says so", err)
	}
	if writes := l.writes(mark); len(writes) != 0 {
		t.Errorf("writes: %v, want none", writes)
	}
}
