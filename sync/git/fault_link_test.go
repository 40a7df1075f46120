package git_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	gosync "sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/gitserver"
)

// want is what the lot's part is, read without a proxy or a cache.
func (m *metered) want() sync.Snapshot {
	m.t.Helper()
	cfg := config(m.t, m.server.URL("fleet.git"))
	cfg.Site = m.cfg.Site
	src := open(m.t, cfg)
	return snapshot(m.t, src, fetch(m.t, src))
}

// converges fetches until that works, and fails the test if it takes too long or
// brings anything else than want. It returns how often it took.
func (m *metered) converges(want sync.Snapshot) int {
	m.t.Helper()
	const most = 60
	for n := 1; n <= most; n++ {
		rev, err := m.src.Fetch(m.t.Context())
		if err != nil && !errors.Is(err, sync.ErrOffline) {
			m.t.Fatal(err)
		}
		if err != nil {
			continue
		}
		if diff := cmp.Diff(want, snapshot(m.t, m.src, rev)); diff != "" {
			m.t.Fatal("snapshot (-want +got):", diff)
		}
		return n
	}
	m.t.Fatalf("%d tries were not enough", most)
	return 0
}

// TestLinkThatDiesAgainAndAgain: what has come whole is kept, so that each try
// gets further.
func TestLinkThatDiesAgainAndAgain(t *testing.T) {
	t.Parallel()
	m := meter(t, fleet.Options{Lots: 12}, gitserver.Rules{Filter: true, Strict: true})
	for _, after := range []int64{10_000, 3000} {
		m.cfg.CacheDir = t.TempDir()
		m.src = open(t, m.cfg)
		want := m.want()
		m.proxy.Break(proxy.Fault{Way: proxy.Down, After: after, Every: true})
		t.Logf("first sync, cut after every %d bytes: %d tries", after, m.converges(want))
		m.made(m.fleet.History(t.Context(), 240))
		want = m.want()
		m.proxy.Break(proxy.Fault{Way: proxy.Down, After: after, Every: true})
		t.Logf("240 commits, cut after every %d bytes: %d tries", after, m.converges(want))
		m.proxy.Heal()
	}
}

// memory is a server that gives the answers which it has given before, as they
// are the same, without asking Git.
type memory struct {
	mu      gosync.Mutex
	answers map[string]*httptest.ResponseRecorder
}

func (m *memory) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		m.mu.Lock()
		answer, ok := m.answers[string(body)]
		m.mu.Unlock()
		if !ok {
			answer = httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			if r.Context().Err() == nil && answer.Code == http.StatusOK && int64(len(body)) == r.ContentLength {
				m.mu.Lock()
				m.answers[string(body)] = answer
				m.mu.Unlock()
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers = map[string]*httptest.ResponseRecorder{}
}

// TestLinkThatIsCutAnywhere cuts the link after each byte of a first sync and of
// an update, in both directions. The next pass converges, and nothing is ever
// read that is not what Git has.
func TestLinkThatIsCutAnywhere(t *testing.T) {
	t.Parallel()
	step := int64(1)
	if testing.Short() {
		step = 101
	}
	r := newRepo(t)
	r.commit(sample())
	answers := &memory{}
	answers.forget()
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: answers.wrap})
	link, err := proxy.New(t.Context(), proxy.Options{Target: server.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	cfg := config(t, "http://"+link.Addr()+"/fleet.git")
	first := fetchNew(t, cfg)
	cut := cutter{t: t, link: link, cfg: cfg, step: step}
	cut.everywhere(first, func() {
		if err := os.RemoveAll(cfg.CacheDir); err != nil {
			t.Fatal(err)
		}
	})
	cache := files(t, cfg)
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n", "sites/nl/ams/0042/kustomization.yaml": "resources: [../../../base, ../../../more]\n", "sites/more/kustomization.yaml": "resources: [x.yaml]\n", "sites/more/x.yaml": "kind: X\n"})
	answers.forget()
	cut.everywhere(fetchNew(t, cfg), func() {
		for path, content := range cache {
			put(t, path, content)
		}
	})
}

func fetchNew(t *testing.T, cfg git.Config) sync.Snapshot {
	t.Helper()
	src := open(t, cfg)
	return snapshot(t, src, fetch(t, src))
}

// cutter cuts a link.
type cutter struct {
	t    *testing.T
	link *proxy.Proxy
	cfg  git.Config
	step int64
}

// everywhere fetches with the link cut after each byte that passes.
func (c *cutter) everywhere(want sync.Snapshot, before func()) {
	c.t.Helper()
	for _, way := range []proxy.Way{proxy.Up, proxy.Down} {
		n, failures := int64(0), 0
		for passed := int64(0); passed >= n; n += c.step {
			before()
			fault := proxy.Fault{Way: way, After: n}
			c.link.Reset()
			got, failed := c.fetch(fault)
			if diff := cmp.Diff(want, got); diff != "" {
				c.t.Fatalf("%+v: snapshot (-want +got): %s", fault, diff)
			}
			if failed {
				failures++
			}
			counts := c.link.Counts()
			if passed = counts.Down; way == proxy.Up {
				passed = counts.Up
			}
		}
		c.t.Logf("%s: cut after each of %d bytes, %d fetches failed", way, n, failures)
	}
}

// fetch fetches with a fault, and without one if that fails.
func (c *cutter) fetch(fault proxy.Fault) (got sync.Snapshot, failed bool) {
	c.t.Helper()
	src, err := git.New(c.cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	defer src.Close()
	c.link.Break(fault)
	rev, err := src.Fetch(c.t.Context())
	c.link.Heal()
	if failed = err != nil; failed {
		if !errors.Is(err, sync.ErrOffline) {
			c.t.Fatalf("%+v: %v", fault, err)
		}
		if rev, err = src.Fetch(c.t.Context()); err != nil {
			c.t.Fatalf("after %+v: %v", fault, err)
		}
	}
	return snapshot(c.t, src, rev), failed
}
