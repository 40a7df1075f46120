package fleet_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/bench/fleet"
)

func generate(t *testing.T, options fleet.Options) *fleet.Fleet {
	t.Helper()
	f, err := fleet.Generate(t.Context(), filepath.Join(t.TempDir(), "fleet.git"), options)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ask runs git in the fleet's repository.
func ask(t *testing.T, f *fleet.Fleet, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = f.Repo
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

func tip(t *testing.T, f *fleet.Fleet) sync.Commit {
	t.Helper()
	commit, err := f.Tip(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return commit
}

func TestEqualOptionsGiveEqualHashes(t *testing.T) {
	t.Parallel()
	first := fleet.Options{Lots: 60, Commits: 40, Seed: 7, Refs: 3}
	cases := map[string]struct {
		second fleet.Options
		equal  bool
	}{
		"the same options":   {first, true},
		"another seed":       {fleet.Options{Lots: 60, Commits: 40, Seed: 8, Refs: 3}, false},
		"another layout":     {fleet.Options{Lots: 60, Commits: 40, Seed: 7, Refs: 3, Flat: true}, false},
		"one commit more":    {fleet.Options{Lots: 60, Commits: 41, Seed: 7, Refs: 3}, false},
		"other refs besides": {fleet.Options{Lots: 60, Commits: 40, Seed: 7}, true},
	}
	want := tip(t, generate(t, first))
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			if got := tip(t, generate(t, c.second)); (got == want) != c.equal {
				t.Errorf("tips %s and %s", want, got)
			}
		})
	}
}

func TestSizesAreThoseAskedFor(t *testing.T) {
	t.Parallel()
	f := generate(t, fleet.Options{Lots: 120, Commits: 34, Seed: 1, Refs: 9})
	files := strings.Fields(ask(t, f, "ls-tree", "-r", "--name-only", "main"))
	under := func(prefix string) (n int) {
		for _, name := range files {
			if strings.HasPrefix(name, prefix) {
				n++
			}
		}
		return n
	}
	got := map[string]int{
		"lots": len(f.Sites()), "files": len(files), "base": under("sites/base/"), "largest region": under("sites/nl/"),
		"a city": under("sites/nl/baba/"), "commits": len(strings.Fields(ask(t, f, "rev-list", "main"))),
		"refs": len(strings.Fields(ask(t, f, "for-each-ref", "--format=%(refname)"))),
	}
	want := map[string]int{
		"lots": 120, "files": 1 + 26 + 2*4 + 8*3 + 120*5, "base": 26, "largest region": 30 * 5,
		"a city": 25 * 5, "commits": 35, "refs": 10,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

// TestLotsRender takes lots the way that an agent does.
func TestLotsRender(t *testing.T) {
	t.Parallel()
	cases := map[string]fleet.Options{
		"small folders": {Lots: 60, Commits: 40, Seed: 3},
		"flat":          {Lots: 60, Commits: 40, Seed: 3, Flat: true},
		"a single lot":  {Lots: 1, Seed: 3},
	}
	for sentence, options := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			f := generate(t, options)
			for i, site := range f.Sites() {
				if i%7 != 0 {
					continue
				}
				out, err := render.Build(snapshot(t, f, site), render.DefaultLimits())
				if err != nil {
					t.Fatal(err)
				}
				if n := strings.Count(string(out.Manifest), "\nkind: "); n < 42 || n > 52 {
					t.Errorf("%s has %d objects, want about 40", site, n)
				}
				if len(out.Findings) > 0 {
					t.Errorf("%s: %v", site, out.Findings)
				}
			}
		})
	}
}

func snapshot(t *testing.T, f *fleet.Fleet, site sync.Site) sync.Snapshot {
	t.Helper()
	cfg := git.DefaultConfig()
	cfg.URL, cfg.Site, cfg.CacheDir = "file://"+f.Repo, site, t.TempDir()
	source, err := git.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := source.Close(); err != nil {
			t.Error(err)
		}
	})
	rev, err := source.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	snap, err := source.Snapshot(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestACommitChangesWhatItsKindSays(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		commit func(context.Context, *fleet.Fleet) (sync.Commit, error)
		want   string
	}{
		"to a lot": {func(ctx context.Context, f *fleet.Fleet) (sync.Commit, error) {
			return f.CommitToLot(ctx, f.Sites()[0])
		}, "sites/nl/baba/0000/site.yaml"},
		"to a region": {func(ctx context.Context, f *fleet.Fleet) (sync.Commit, error) {
			return f.CommitToRegion(ctx, f.Region(f.Sites()[0]))
		}, "sites/regions/nl/lot.yaml"},
		"to the base": {func(ctx context.Context, f *fleet.Fleet) (sync.Commit, error) {
			return f.CommitToBase(ctx)
		}, "sites/base/display.yaml"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			f := generate(t, fleet.Options{Lots: 12, Commits: 10, Seed: 5})
			before := tip(t, f)
			for range 2 { // each commit is a change of its own
				commit, err := c.commit(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				if parent := ask(t, f, "rev-parse", string(commit)+"^"); parent != string(before) {
					t.Errorf("the parent is %s, want %s", parent, before)
				}
				before = commit
				changed := ask(t, f, "diff-tree", "--name-only", "-r", "--no-commit-id", string(commit))
				if path := filepath.Dir(c.want); filepath.Dir(changed) != path {
					t.Errorf("changed %q, want one file in %s", changed, path)
				}
			}
		})
	}
}

func TestARewrittenHistoryIsForgotten(t *testing.T) {
	t.Parallel()
	f := generate(t, fleet.Options{Lots: 12, Commits: 10, Seed: 5})
	before := tip(t, f)
	after, err := f.Rewrite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := ask(t, f, "rev-list", "--count", string(after)); n != "1" {
		t.Errorf("%s commits, want 1", n)
	}
	if err := exec.CommandContext(t.Context(), "git", "-C", f.Repo, "cat-file", "-e", string(before)).Run(); err == nil {
		t.Error("the old tip is still known")
	}
	if changed := ask(t, f, "ls-tree", "-r", "--name-only", string(after)); len(strings.Fields(changed)) != 1+26+8+24+60 {
		t.Errorf("the files are %s", changed)
	}
	if _, err := f.CommitToLot(t.Context(), f.Sites()[0]); err != nil {
		t.Error("a commit afterwards:", err)
	}
}
