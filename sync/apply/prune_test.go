package apply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
)

func TestPruneDeletesInReverseOrder(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates, token, front, web))
	mark := l.mark()
	report := l.prune(l.bundle(tariff))
	var names []string
	for _, c := range report.Changes {
		names = append(names, string(c.Action)+" "+c.Ref.Name)
	}
	want := []string{"deleted web", "deleted front", "deleted token", "deleted gates"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	writes := l.writes(mark)
	saves := slices.DeleteFunc(writes, func(w string) bool { return !strings.Contains(w, "lotsync-inventory") })
	if len(saves) != 1 {
		t.Errorf("the inventory was saved %d times, want once", len(saves))
	}
	if report := l.prune(l.bundle(tariff)); len(report.Changes) != 0 {
		t.Errorf("the second prune changed %+v", report.Changes)
	}
}

func TestPruneKeepsWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		byHand func(*lot)
		note   string
	}{
		"annotated with prune: disabled": {func(l *lot) {
			l.call("PATCH", configMaps+"gates", `{"metadata":{"annotations":{"lotsync.dev/prune":"disabled"}}}`)
		}, "lotsync.dev/prune"},
		"another site's by now": {func(l *lot) {
			l.call("PATCH", configMaps+"gates", `{"metadata":{"labels":{"lotsync.dev/site":"nl.ams.0001"}}}`)
		}, "site nl.ams.0001"},
		"made anew by somebody": {func(l *lot) {
			l.call("DELETE", configMaps+"gates", "")
			l.call("POST", strings.TrimSuffix(configMaps, "/"), `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"gates"}}`)
		}, "made it anew"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := newLot(t)
			l.apply(l.bundle(tariff, gates))
			c.byHand(l)
			report := l.prune(l.bundle(tariff))
			if len(report.Changes) != 1 || report.Changes[0].Action != sync.Kept || !strings.Contains(report.Changes[0].Note, c.note) {
				t.Errorf("report = %+v, want gates kept with %q", report, c.note)
			}
			if !l.exists(configMaps + "gates") {
				t.Error("gates is gone")
			}
			if report := l.prune(l.bundle(tariff)); len(report.Changes) != 0 {
				t.Errorf("the second prune met it again: %+v", report.Changes)
			}
		})
	}
}

func TestPruneTakesAnObjectAlreadyGoneForDone(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates))
	l.call("DELETE", configMaps+"gates", "")
	if report := l.prune(l.bundle(tariff)); len(report.Changes) != 0 {
		t.Errorf("report = %+v, want nothing", report)
	}
}

func TestPruneWaitsForFinalizersWithoutFailing(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	held := strings.Replace(gates, "labels:", `finalizers: [example.com/hold], labels:`, 1)
	l.apply(l.bundle(tariff, held))
	if report := l.prune(l.bundle(tariff)); len(report.Changes) != 1 {
		t.Errorf("report = %+v, want one deleted", report)
	}
	mark := l.mark()
	if report := l.prune(l.bundle(tariff)); len(report.Changes) != 0 || len(l.writes(mark)) != 0 {
		t.Errorf("the second prune: %+v, writes %v, want neither", report, l.writes(mark))
	}
	l.call("PATCH", configMaps+"gates", `{"metadata":{"finalizers":null}}`)
	l.prune(l.bundle(tariff))
	if l.inventory() != 1 {
		t.Errorf("the inventory has %d objects, want 1", l.inventory())
	}
}

func TestPruneLeavesANamespaceWithOtherLotsInIt(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, ground))
	l.call("POST", "/api/v1/namespaces/NS-ground/configmaps",
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"theirs","labels":{"lotsync.dev/site":"nl.ams.0001"}}}`)
	report := l.prune(l.bundle(tariff))
	if len(report.Changes) != 1 || report.Changes[0].Action != sync.Kept || !strings.Contains(report.Changes[0].Note, "nl.ams.0001") {
		t.Errorf("report = %+v, want the namespace kept", report)
	}
	l.call("DELETE", "/api/v1/namespaces/NS-ground/configmaps/theirs", "")
	l.prune(l.bundle(tariff))
	l.eventually("the namespace is gone", func() bool { return !l.exists("/api/v1/namespaces/NS-ground") })
}

func TestPruneReportsObjectsWhoseKindVanished(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	here := strings.Replace(north, "namespace: NS-ground", "namespace: NS", 1)
	l.apply(l.bundle(tariff, crd, here))
	l.call("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/barriers.NS.example.com", "")
	l.eventually("the CRD is gone", func() bool {
		return !l.exists("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/barriers.NS.example.com")
	})
	l.cluster = l.clusterFor(l.cfg) // an agent that starts anew
	report := l.prune(l.bundle(tariff))
	if len(report.Changes) != 1 || !strings.Contains(report.Changes[0].Note, "no longer has its kind") {
		t.Errorf("report = %+v, want the Barrier kept with a note", report)
	}
}

// inventory counts the objects in the lot's inventory.
func (l *lot) inventory() int {
	l.Helper()
	data, _ := l.call("GET", configMaps+"lotsync-inventory-"+l.cfg.Site.Label(), "")["data"].(map[string]any)
	text, _ := data["objects"].(string)
	return strings.Count(text, "\n")
}
