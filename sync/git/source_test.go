package git_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

func open(t *testing.T, cfg git.Config) *git.Source {
	t.Helper()
	src, err := git.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	return src
}

func fetch(t *testing.T, src *git.Source) sync.Revision {
	t.Helper()
	rev, err := src.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

func snapshot(t *testing.T, src *git.Source, rev sync.Revision) sync.Snapshot {
	t.Helper()
	snap, err := src.Snapshot(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// offline fetches where that cannot work, and returns what people get to read.
func offline(t *testing.T, src *git.Source) string {
	t.Helper()
	rev, err := src.Fetch(t.Context())
	if !errors.Is(err, sync.ErrOffline) {
		t.Fatalf("got %v and the error %v, want an ErrOffline", rev, err)
	}
	t.Log(err)
	return err.Error()
}

// TestSource is what holds for every way to a repository.
func TestSource(t *testing.T) {
	t.Parallel()
	steps := map[string]func(*testing.T, *repo, git.Config){
		"the first fetch brings the lot's part of the newest commit": firstFetch,
		"a fetch with nothing new is the same revision":              nothingNew,
		"a commit to another lot keeps the key":                      otherLot,
		"a commit to the own lot changes the key":                    ownLot,
		"an annotated tag is peeled":                                 annotatedTag,
		"a commit by its hash is not asked for twice":                byHash,
		"a rewritten history is followed":                            rewritten,
		"a probe says where the ref is and transfers nothing":        probe,
		"a branch that is gone is named, and what was there stays":   branchGone,
	}
	for name, way := range ways() {
		dials := transports()
		some := []string{"http", "ssh", "path"}
		if name != git.WayPaths {
			some = some[:1]
		}
		if testing.Short() {
			maps.DeleteFunc(dials, func(transport string, _ dial) bool { return !slices.Contains(some, transport) })
		}
		for transport, dial := range dials {
			for sentence, step := range steps {
				t.Run(name+"/"+transport+"/"+sentence, func(t *testing.T) {
					t.Parallel()
					r := newRepo(t)
					way(r)
					r.commit(sample())
					step(t, r, dial(t, r))
				})
			}
		}
	}
}

// TestWayIsFoundAndRemembered is about what people get to see.
func TestWayIsFoundAndRemembered(t *testing.T) {
	t.Parallel()
	for name, way := range ways() {
		for _, transport := range []string{"http", "ssh"} {
			t.Run(name+"/"+transport, func(t *testing.T) {
				t.Parallel()
				r := newRepo(t)
				way(r)
				r.commit(sample())
				cfg := transports()[transport](t, r)
				src := open(t, cfg)
				if got := src.Way(); got.Name != "" {
					t.Errorf("before the first contact: %+v", got)
				}
				fetch(t, src)
				want := strings.TrimSuffix(name, ", old")
				if got := src.Way(); got.Name != want || got.Cost == "" {
					t.Errorf("got %+v, want %s", got, want)
				}
				again := open(t, cfg)
				fetch(t, again)
				if got := again.Way(); got.Name != want {
					t.Errorf("after a restart: %+v, want %s", got, want)
				}
			})
		}
	}
}

// ways are what servers let a client do, as far as each transport's test server
// can be told.
func ways() map[string]func(*repo) {
	return map[string]func(*repo){
		git.WayPaths: func(*repo) {},
		git.WayTrees: func(r *repo) {
			r.rules = gitserver.Rules{Filter: true}
			r.git("config", "--unset", "uploadpackfilter.tree.maxDepth")
			r.git("config", "uploadpackfilter.tree.allow", "false")
		},
		git.WayWhole:           func(r *repo) { r.git("config", "--remove-section", "uploadpackfilter"); r.grant(gitserver.Rules{}) },
		git.WayWhole + ", old": func(r *repo) { r.rules.V0 = true },
	}
}

func firstFetch(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	src := open(t, cfg)
	rev := fetch(t, src)
	if want := r.git("rev-parse", "main"); string(rev.Commit) != want {
		t.Errorf("commit %s, want %s", rev.Commit, want)
	}
	if want := time.Unix(1_700_000_001, 0).UTC(); !rev.Time.Equal(want) {
		t.Errorf("time %s, want %s", rev.Time, want)
	}
	snap := snapshot(t, src, rev)
	want := []string{
		"sites/base/gate.yaml", "sites/base/kustomization.yaml", "sites/fleet.yaml",
		"sites/nl/ams/0042/kustomization.yaml", "sites/nl/ams/0042/site.yaml", "sites/nl/ams/0042/tariff.env",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(snap.Files))); diff != "" {
		t.Error("files (-want +got):", diff)
	}
	if diff := cmp.Diff(rev, snap.Revision); diff != "" {
		t.Error("revision of the snapshot (-fetched +read):", diff)
	}
	if got := string(snap.Files["sites/nl/ams/0042/tariff.env"]); got != "TARIFF=3.20\n" {
		t.Errorf("tariff.env holds %q", got)
	}
}

func nothingNew(t *testing.T, _ *repo, cfg git.Config) {
	t.Helper()
	rev := fetch(t, open(t, cfg))
	again := open(t, cfg) // as after a restart
	for range 2 {
		if diff := cmp.Diff(rev, fetch(t, again)); diff != "" {
			t.Error("revision (-first +again):", diff)
		}
	}
}

func probe(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	src := open(t, cfg)
	commit, err := src.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := r.git("rev-parse", "main"); string(commit) != want {
		t.Errorf("commit %s, want %s", commit, want)
	}
	if _, err := src.Snapshot(t.Context(), sync.Revision{Commit: commit}); !errors.Is(err, sync.ErrOffline) {
		t.Errorf("the snapshot of a commit that was not fetched: got %v, want an ErrOffline", err)
	}
}

func otherLot(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	src := open(t, cfg)
	before := fetch(t, src)
	want := r.commit(map[string]string{"sites/nl/ams/0043/site.yaml": "kind: Site # new\n"})
	after := fetch(t, src)
	if string(after.Commit) != want || after.Key != before.Key {
		t.Errorf("got %+v after %+v, want commit %s with the same key", after, before, want)
	}
}

func ownLot(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	src := open(t, cfg)
	before := fetch(t, src)
	want := r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n"})
	after := fetch(t, src)
	if string(after.Commit) != want || after.Key == before.Key {
		t.Errorf("got %+v after %+v, want commit %s with another key", after, before, want)
	}
	if got := string(snapshot(t, src, after).Files["sites/nl/ams/0042/tariff.env"]); got != "TARIFF=4.00\n" {
		t.Errorf("the new tariff.env holds %q", got)
	}
	if got := string(snapshot(t, src, before).Files["sites/nl/ams/0042/tariff.env"]); got != "TARIFF=3.20\n" {
		t.Errorf("the old tariff.env holds %q", got)
	}
}

func annotatedTag(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	want := r.git("rev-parse", "main")
	r.git("-c", "user.name=t", "-c", "user.email=t@example.com", "tag", "-a", "-m", "x", "v1", "main")
	r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
	for _, ref := range []string{"v1", "refs/tags/v1"} {
		cfg.Ref = ref
		if rev := fetch(t, open(t, cfg)); string(rev.Commit) != want {
			t.Errorf("%s: commit %s, want %s", ref, rev.Commit, want)
		}
	}
}

func byHash(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	cfg.Ref = r.git("rev-parse", "main")
	r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
	src := open(t, cfg)
	if rev := fetch(t, src); string(rev.Commit) != cfg.Ref {
		t.Errorf("commit %s, want %s", rev.Commit, cfg.Ref)
	}
	cfg.URL, cfg.Proxy = "http://127.0.0.1:1/nobody.git", ""
	if rev := fetch(t, open(t, cfg)); string(rev.Commit) != cfg.Ref {
		t.Errorf("without the remote: commit %s, want %s", rev.Commit, cfg.Ref)
	}
}

func rewritten(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	root := r.git("rev-parse", "main")
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=9.99\n"})
	src := open(t, cfg)
	fetch(t, src)
	r.git("update-ref", "refs/heads/main", root)
	want := r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=1.00\n"})
	rev := fetch(t, src)
	if string(rev.Commit) != want {
		t.Errorf("commit %s, want %s", rev.Commit, want)
	}
	if got := string(snapshot(t, src, rev).Files["sites/nl/ams/0042/tariff.env"]); got != "TARIFF=1.00\n" {
		t.Errorf("tariff.env holds %q", got)
	}
}

func branchGone(t *testing.T, r *repo, cfg git.Config) {
	t.Helper()
	src := open(t, cfg)
	rev := fetch(t, src)
	r.git("update-ref", "refs/heads/other", "main")
	r.git("update-ref", "-d", "refs/heads/main")
	contains(t, offline(t, src), "fetch refs/heads/main from ", "/fleet.git: git is out of reach: the repository has no such ref: check git.ref")
	snapshot(t, src, rev)
}
