package apply_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

// roundTripper makes a function one.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var errCut = errors.New("the line was cut")

// cutAfter lets n requests through and fails every later one. A request that
// asks for a change is cut off after the server has taken it: the harder case.
func cutAfter(n int64, count *atomic.Int64) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if count.Add(1) <= n {
				return next.RoundTrip(r)
			}
			if r.Method != http.MethodGet {
				answer, err := next.RoundTrip(r)
				if err == nil {
					err = answer.Body.Close()
				}
				return nil, errors.Join(errCut, err)
			}
			return nil, errCut
		})
	}
}

// A line that is cut at any request leaves a state from which the next pass
// comes to the same end.
func TestCutAtEveryRequestConverges(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	handed := strings.NewReplacer("targetPort: 8080", "nodePort: 30777", "spec: {", "spec: {type: NodePort, ").Replace(front)
	first := l.bundle(tariff, gates, token, handed)
	second := l.bundle(dearer, strings.Replace(handed, "name: front", "name: fresh", 1), crd, strings.Replace(north, "NS-ground", "NS", 1))
	steps := 0
	for n := int64(0); ; n++ {
		l.apply(first)
		l.prune(first)
		l.eventually("the CRD is gone", func() bool { return l.inventoryAfterPrune(first) == 4 })
		var count atomic.Int64
		cfg := l.cfg
		cfg.Wrap, cfg.Parallel = cutAfter(n, &count), 1
		cut := l.clusterFor(cfg)
		_, err := cut.Apply(t.Context(), second, nil)
		if err == nil {
			_, err = cut.Prune(t.Context(), second)
		}
		if err == nil {
			break
		}
		steps++
		if !errors.Is(err, sync.ErrUnavailable) {
			t.Fatalf("cut at request %d: %v, want ErrUnavailable", n, err)
		}
		l.apply(second)
		l.prune(second)
		if l.exists(configMaps+"gates") || l.exists(secrets+"token") || l.exists(services+"front") || l.drifted(second) != "" || l.inventory() != 4 {
			t.Fatalf("cut at request %d: the next pass did not converge", n)
		}
	}
	if steps < 10 {
		t.Errorf("only %d steps were cut: the test sees too little", steps)
	}
}

// inventoryAfterPrune counts what is left when the deletions have had their time.
func (l *lot) inventoryAfterPrune(b sync.Bundle) int {
	l.Helper()
	l.prune(b)
	return l.inventory()
}

func TestAPIStoppedIsUnavailableAndThenConverges(t *testing.T) {
	t.Parallel()
	cp := clustertest.Start(t, cluster.Options{})
	l := lotIn(t, cp, clustertest.Namespace(t, cp))
	b := l.bundle(tariff, token, front, web)
	_, err := l.cluster.Apply(t.Context(), b, cp.StopAPI)
	if !errors.Is(err, sync.ErrUnavailable) {
		t.Fatalf("Apply gave %v, want ErrUnavailable", err)
	}
	if _, err := l.cluster.Observe(t.Context(), b); !errors.Is(err, sync.ErrUnavailable) {
		t.Errorf("Observe gave %v, want ErrUnavailable", err)
	}
	if _, err := l.cluster.Prune(t.Context(), b); !errors.Is(err, sync.ErrUnavailable) {
		t.Errorf("Prune gave %v, want ErrUnavailable", err)
	}
	if err := cp.StartAPI(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.apply(b)
	if drifted := l.drifted(b); drifted != "" {
		t.Errorf("drifted: %s", drifted)
	}

	if err := cp.PauseAPI(); err != nil {
		t.Fatal(err)
	}
	cfg := l.cfg
	cfg.Timeout = 200 * time.Millisecond
	if _, err := l.clusterFor(cfg).Observe(t.Context(), b); !errors.Is(err, sync.ErrUnavailable) {
		t.Errorf("Observe of a server that never answers gave %v, want ErrUnavailable", err)
	}
	if err := cp.ResumeAPI(); err != nil {
		t.Fatal(err)
	}
}

func TestKubeconfigIsReadAgain(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	good, err := os.ReadFile(l.plane.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	l.cfg.Kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	l.cluster = l.clusterFor(l.cfg)
	b := l.bundle(tariff)
	refused := "apiVersion: v1\nkind: Config\ncurrent-context: a\n" +
		"clusters: [{name: a, cluster: {server: '" + l.plane.URL() + "', insecure-skip-tls-verify: true}}]\n" +
		"users: [{name: a, user: {token: nobody}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
	for _, c := range []struct{ what, kubeconfig, says string }{
		{"a kubeconfig that is not there", "", "no such file"},
		{"one that is broken", "{", "kubeconfig"},
		{"credentials that nobody knows", refused, "does not know the agent's credentials"},
	} {
		if c.kubeconfig != "" {
			writeFile(t, l.cfg.Kubeconfig, []byte(c.kubeconfig))
		}
		_, err := l.cluster.Apply(t.Context(), b, nil)
		if !errors.Is(err, sync.ErrUnavailable) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Apply gave %v, want ErrUnavailable with %q", c.what, err, c.says)
		}
	}
	writeFile(t, l.cfg.Kubeconfig, good)
	l.apply(b)
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
