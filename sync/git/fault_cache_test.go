package git_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
)

// files lists the cache's files by their path.
func files(t *testing.T, cfg git.Config) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(cfg.CacheDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// leftovers lists files of the cache that are not whole.
func leftovers(t *testing.T, cfg git.Config) []string {
	t.Helper()
	var left []string
	for path := range files(t, cfg) {
		if strings.HasPrefix(filepath.Base(path), "tmp_") {
			left = append(left, path)
		}
	}
	return left
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedCache spoils the files of a cache. Whatever is done to them, what
// is read is right or an error, and the next fetch mends it.
func TestDamagedCache(t *testing.T) {
	t.Parallel()
	half := func(s string) string { return s[:len(s)/2] }
	empty := func(string) string { return "" }
	cases := map[string]struct {
		suffix string
		spoil  func(string) string
	}{
		"the pack is cut in half":            {".pack", half},
		"the pack is empty":                  {".pack", empty},
		"the pack is gone":                   {".pack", nil},
		"the index is cut in half":           {".idx", half},
		"the index is empty":                 {".idx", empty},
		"the index is gone":                  {".idx", nil},
		"the note of the last tip is empty":  {"tip", empty},
		"the note of the last tip is gone":   {"tip", nil},
		"the note of the last tip is broken": {"tip", func(string) string { return strings.Repeat("0123456789", 4) + "\n" }},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.commit(sample())
			cfg := config(t, r.path())
			want := snapshot(t, open(t, cfg), fetch(t, open(t, cfg)))
			for path, content := range files(t, cfg) {
				switch {
				case !strings.HasSuffix(path, c.suffix):
				case c.spoil == nil:
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				default:
					put(t, path, c.spoil(content))
				}
			}
			src := open(t, cfg)
			if got, err := src.Snapshot(t.Context(), want.Revision); err == nil {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error("snapshot of a damaged cache (-want +got):", diff)
				}
			}
			commit := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
			rev := fetch(t, src)
			if string(rev.Commit) != commit {
				t.Errorf("commit %s, want %s", rev.Commit, commit)
			}
			if got := snapshot(t, src, rev); len(got.Files) != len(want.Files) {
				t.Errorf("%d files after mending, want %d", len(got.Files), len(want.Files))
			}
		})
	}
}

// TestBytesAllOverTheCache changes bytes all over the cache's pack and index, and
// cuts them at many lengths: a snapshot is what it was, or an error.
func TestBytesAllOverTheCache(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	want := snapshot(t, open(t, cfg), fetch(t, open(t, cfg)))
	whole := files(t, cfg)
	refused := 0
	check := func(path, content string) {
		t.Helper()
		put(t, path, content)
		got, err := open(t, cfg).Snapshot(t.Context(), want.Revision)
		switch {
		case err != nil && !errors.Is(err, sync.ErrOffline):
			t.Fatalf("%s: %v", path, err)
		case err != nil:
			refused++
			for path, content := range whole {
				put(t, path, content)
			}
			return
		}
		put(t, path, whole[path])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("snapshot of a damaged cache (-want +got): %s", diff)
		}
	}
	for path, content := range whole {
		for i := 0; i < len(content); i += 11 {
			check(path, content[:i]+string(content[i]^0x41)+content[i+1:])
		}
		for i := 0; i < len(content); i += 61 {
			check(path, content[:i])
		}
	}
	if refused == 0 {
		t.Error("no damage was found at all")
	}
}

func TestMiddlePackGone(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	src := open(t, cfg)
	fetch(t, src)
	first := files(t, cfg)
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n"})
	fetch(t, src)
	for path := range first {
		if strings.HasSuffix(path, ".pack") {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=5.00\n"})
	src = open(t, cfg)
	if got := len(snapshot(t, src, fetch(t, src)).Files); got != 6 {
		t.Errorf("%d files, want 6", got)
	}
}

func TestLeftoversOfAKilledFetchAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	put(t, filepath.Join(cfg.CacheDir, "tmp_1"), "half")
	put(t, filepath.Join(cfg.CacheDir, "objects", "pack", "tmp_pack_2"), "half")
	fetch(t, open(t, cfg))
	if left := leftovers(t, cfg); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTooManyPacksAreFetchedAsOne(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	cfg.MaxPacks = 2
	src := open(t, cfg)
	most := 0
	for n := range 8 {
		want := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet #" + strings.Repeat("x", n) + "\n"})
		if rev := fetch(t, src); string(rev.Commit) != want {
			t.Fatalf("commit %s, want %s", rev.Commit, want)
		}
		packs := 0
		for path := range files(t, cfg) {
			if strings.HasSuffix(path, ".pack") {
				packs++
			}
		}
		most = max(most, packs)
	}
	if most != cfg.MaxPacks+1 {
		t.Errorf("at most %d packs at a time, want %d", most, cfg.MaxPacks+1)
	}
}

func TestCacheThatVanishes(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	src := open(t, cfg)
	rev := fetch(t, src)
	if err := os.RemoveAll(cfg.CacheDir); err != nil {
		t.Fatal(err)
	}
	if _, err := src.Snapshot(t.Context(), rev); !errors.Is(err, sync.ErrOffline) {
		t.Errorf("got %v, want an ErrOffline", err)
	}
	if diff := cmp.Diff(rev, fetch(t, src)); diff != "" {
		t.Error("revision (-before +after):", diff)
	}
	snapshot(t, src, rev)
}
