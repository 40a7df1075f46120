package git_test

import (
	"path/filepath"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/gitserver"
)

// metered is a lot of a generated fleet behind a proxy that counts.
type metered struct {
	t      *testing.T
	fleet  *fleet.Fleet
	server *gitserver.Server
	proxy  *proxy.Proxy
	cfg    git.Config
	src    *git.Source
}

// meter makes a fleet and a lot that follows it over HTTP.
func meter(t *testing.T, options fleet.Options, rules gitserver.Rules) *metered {
	t.Helper()
	root := t.TempDir()
	f, err := fleet.Generate(t.Context(), filepath.Join(root, "fleet.git"), options)
	if err != nil {
		t.Fatal(err)
	}
	m := &metered{t: t, fleet: f, server: serve(t, gitserver.Options{Root: root, Rules: rules})}
	m.proxy, err = proxy.New(t.Context(), proxy.Options{Target: m.server.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	m.cfg = config(t, "http://"+m.proxy.Addr()+"/fleet.git")
	m.cfg.Site = f.Sites()[len(f.Sites())/8]
	m.src = open(t, m.cfg)
	return m
}

// fetch fetches and says what that cost.
func (m *metered) fetch() (sync.Revision, proxy.Counts) {
	m.t.Helper()
	m.proxy.Reset()
	rev := fetch(m.t, m.src)
	return rev, m.proxy.Counts()
}

// within fails the test if a fetch costs more than a limit, and says what it
// costs.
func (m *metered) within(what string, bytes int64, trips int) {
	m.t.Helper()
	rev, counts := m.fetch()
	m.t.Logf("%s: %d bytes up, %d down, %d trips", what, counts.Up, counts.Down, counts.Trips)
	if counts.Total() > bytes || counts.Trips > trips {
		m.t.Errorf("%s: %d bytes and %d trips, at most %d and %d", what, counts.Total(), counts.Trips, bytes, trips)
	}
	tip, err := m.fleet.Tip(m.t.Context())
	if err != nil || rev.Commit != tip {
		m.t.Errorf("%s: commit %s, want %s (%v)", what, rev.Commit, tip, err)
	}
}

// made fails the test if a commit could not be made.
func (m *metered) made(_ sync.Commit, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// TestWhatEachStepCosts holds the bytes and round trips of each step, that a lot
// of 6000 pays for.
func TestWhatEachStepCosts(t *testing.T) {
	if testing.Short() {
		t.Skip("a fleet of 6000 lots takes long to make")
	}
	for name, c := range map[string]struct {
		flat  bool
		first int64
	}{
		"in small folders":                    {false, 24_000},
		"all lots of a country in one folder": {true, 64_000},
	} {
		t.Run(name, func(t *testing.T) {
			m := meter(t, fleet.Options{Lots: 6000, Commits: 20, Flat: c.flat}, gitserver.Rules{Filter: true, Strict: true})
			ctx, lots := t.Context(), m.fleet.Sites()
			m.within("first sync", c.first, 8)
			m.within("idle poll", 1000, 1)
			m.made(m.fleet.CommitToLot(ctx, lots[len(lots)-1]))
			m.within("commit to a lot elsewhere", 3000, 3)
			m.made(m.fleet.CommitToLot(ctx, lots[len(lots)/8+1]))
			m.within("commit to the lot next door", 3000, 3)
			m.made(m.fleet.CommitToLot(ctx, m.cfg.Site))
			m.within("commit to the own lot", 4000, 3)
			m.made(m.fleet.CommitToRegion(ctx, m.fleet.Region(m.cfg.Site)))
			m.within("commit to the own country", 5000, 4)
			m.made(m.fleet.CommitToBase(ctx))
			m.within("commit to the base", 5000, 4)
			m.made(m.fleet.History(ctx, 240))
			m.within("240 commits behind", 64_000, 4)
			m.made(m.fleet.Rewrite(ctx))
			m.within("history rewritten", 64_000, 10)
		})
	}
}
