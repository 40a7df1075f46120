package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply"
	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

var plane clustertest.Shared

func TestMain(m *testing.M) { os.Exit(plane.Main(m)) }

// lot is a namespace of its own with an agent's Cluster for it.
type lot struct {
	testing.TB

	plane     *cluster.ControlPlane
	namespace string
	cfg       apply.Config
	cluster   *apply.Cluster
}

// newLot gives a test its own namespace in the package's control plane. The
// inventory is kept in it, and the site's name is made of it, so that no two
// tests share a site.
func newLot(tb testing.TB) *lot {
	tb.Helper()
	cp := plane.ControlPlane(tb)
	return lotIn(tb, cp, plane.Namespace(tb))
}

func lotIn(tb testing.TB, cp *cluster.ControlPlane, namespace string) *lot {
	tb.Helper()
	cfg := apply.DefaultConfig()
	cfg.Site = sync.Site("nl/" + namespace)
	cfg.Kubeconfig = cp.Kubeconfig()
	cfg.Namespace = namespace
	cfg.Version = "test-" + namespace
	l := &lot{TB: tb, plane: cp, namespace: namespace, cfg: cfg}
	l.cluster = l.clusterFor(cfg)
	return l
}

func (l *lot) clusterFor(cfg apply.Config) *apply.Cluster {
	l.Helper()
	c, err := apply.New(cfg)
	if err != nil {
		l.Fatal(err)
	}
	return c
}

// bundle makes a bundle of documents in which NS and SITE stand for the lot's
// namespace and label, and LABELS for the label as JSON.
func (l *lot) bundle(documents ...string) sync.Bundle {
	label := l.cfg.Site.Label()
	text := strings.NewReplacer(
		"LABELS", `{lotsync.dev/site: "`+label+`"}`, "NS", l.namespace, "SITE", label,
	).Replace(strings.Join(documents, "\n---\n"))
	return sync.NewBundle(sync.Revision{}, []byte(text))
}

func (l *lot) apply(b sync.Bundle) sync.Report {
	l.Helper()
	report, err := l.cluster.Apply(l.Context(), b, nil)
	if err != nil {
		l.Fatal(err)
	}
	return report
}

func (l *lot) prune(b sync.Bundle) sync.Report {
	l.Helper()
	report, err := l.cluster.Prune(l.Context(), b)
	if err != nil {
		l.Fatal(err)
	}
	return report
}

// refusal applies a bundle that must be refused.
func (l *lot) refusal(b sync.Bundle) *sync.RefusedError {
	l.Helper()
	_, err := l.cluster.Apply(l.Context(), b, nil)
	var refused *sync.RefusedError
	if !errors.As(err, &refused) {
		l.Fatalf("Apply gave %v, want a refusal", err)
	}
	return refused
}

func (l *lot) observe(b sync.Bundle) sync.Live {
	l.Helper()
	live, err := l.cluster.Observe(l.Context(), b)
	if err != nil {
		l.Fatal(err)
	}
	return live
}

// drifted names the kinds that have drifted.
func (l *lot) drifted(b sync.Bundle) string {
	l.Helper()
	var kinds []string
	for _, o := range l.observe(b).Drifted() {
		kinds = append(kinds, o.Ref.Kind)
	}
	return strings.Join(kinds, " ")
}

// status is what Observe says of the only object of a kind.
func (l *lot) status(b sync.Bundle, kind string) sync.ObjectStatus {
	l.Helper()
	for _, o := range l.observe(b).Objects {
		if o.Ref.Kind == kind {
			return o
		}
	}
	l.Fatalf("no %s was observed", kind)
	return sync.ObjectStatus{}
}

// eventually waits until a condition holds that controllers bring about.
func (l *lot) eventually(what string, holds func() bool) {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			l.Fatalf("not within a minute: %s", what)
		case <-tick.C:
		}
	}
}

// call does to the cluster what a person or a controller would do by hand. In
// path, NS stands for the lot's namespace.
func (l *lot) call(method, path, body string) map[string]any {
	l.Helper()
	answer, err := l.plane.Call(l.Context(), method, strings.ReplaceAll(path, "NS", l.namespace), []byte(body))
	if err != nil {
		l.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		l.Fatal(err)
	}
	return out
}

// exists reports whether there is an object at path.
func (l *lot) exists(path string) bool {
	l.Helper()
	_, err := l.plane.Call(l.Context(), http.MethodGet, strings.ReplaceAll(path, "NS", l.namespace), nil)
	var status *cluster.StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return false
	}
	if err != nil {
		l.Fatal(err)
	}
	return true
}

func (l *lot) mark() cluster.AuditMark {
	l.Helper()
	mark, err := l.plane.Mark()
	if err != nil {
		l.Fatal(err)
	}
	return mark
}

// requests are those of this lot's agent since a mark.
func (l *lot) requests(since cluster.AuditMark) []cluster.AuditEvent {
	l.Helper()
	events, err := l.plane.AuditSince(l.Context(), since)
	if err != nil {
		l.Fatal(err)
	}
	var out []cluster.AuditEvent
	for _, e := range events {
		if e.UserAgent == "lotsync/"+l.cfg.Version {
			out = append(out, e)
		}
	}
	return out
}

// writes are the agent's requests for changes that are kept, as "verb resource/name".
func (l *lot) writes(since cluster.AuditMark) []string {
	l.Helper()
	var out []string
	for _, e := range l.requests(since) {
		if e.Writes() {
			out = append(out, e.Verb+" "+e.Resource+"/"+e.Name)
		}
	}
	return out
}
