package git_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
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

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedCache spoils the cache. The next fetch mends it, and says so.
func TestDamagedCache(t *testing.T) {
	t.Parallel()
	cases := map[string]func(string) string{
		"it is cut in half":     func(s string) string { return s[:len(s)/2] },
		"it is empty":           func(string) string { return "" },
		"its first byte is bad": func(s string) string { return "x" + s[1:] },
		"its last byte is bad":  func(s string) string { return s[:len(s)-1] + string(s[len(s)-1]^1) },
		"it is something else":  func(string) string { return strings.Repeat("0123456789", 400) },
	}
	for sentence, spoil := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.commit(sample())
			cfg := config(t, r.path())
			var said strings.Builder
			cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
			before := open(t, cfg)
			want := snapshot(t, before, fetch(t, before))
			for path, content := range files(t, cfg) {
				put(t, path, spoil(content))
			}
			src := open(t, cfg)
			if got, err := src.Snapshot(t.Context(), want.Revision); !errors.Is(err, sync.ErrOffline) {
				t.Errorf("got %v and the error %v, want an ErrOffline", got, err)
			}
			contains(t, said.String(), "the cache of Git objects is dropped, and fetched anew")
			if diff := cmp.Diff(want, snapshot(t, src, fetch(t, src))); diff != "" {
				t.Error("snapshot after mending (-want +got):", diff)
			}
			if diff := cmp.Diff(want, snapshot(t, open(t, cfg), want.Revision)); diff != "" {
				t.Error("snapshot of the mended cache (-want +got):", diff)
			}
		})
	}
}

// TestBytesAllOverTheCache changes each byte of the cache, and cuts it at each
// length: a snapshot is an error.
func TestBytesAllOverTheCache(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	src := open(t, cfg)
	rev := fetch(t, src)
	for path, content := range files(t, cfg) {
		for i := range content {
			for _, spoilt := range []string{content[:i], content[:i] + string(content[i]^0x41) + content[i+1:]} {
				put(t, path, spoilt)
				if got, err := open(t, cfg).Snapshot(t.Context(), rev); !errors.Is(err, sync.ErrOffline) {
					t.Fatalf("byte %d: got %v and the error %v, want an ErrOffline", i, got, err)
				}
			}
		}
	}
}

func TestWhatWasLeftBehindIsRemoved(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	put(t, filepath.Join(cfg.CacheDir, "tmp_1"), "half of a cache")
	put(t, filepath.Join(cfg.CacheDir, "tmp_2", "objects", "pack", "tmp_3"), "half of a pack")
	put(t, filepath.Join(cfg.CacheDir, "objects", "pack", "pack-1.pack"), "of a former version")
	put(t, filepath.Join(cfg.CacheDir, "tip"), "of a former version")
	fetch(t, open(t, cfg))
	if left := files(t, cfg); len(left) != 1 {
		t.Errorf("%d files, want the cache alone: %v", len(left), slices.Collect(maps.Keys(left)))
	}
}

// TestCacheThatVanishes does without: what was fetched is in memory, and after a
// restart it is fetched again.
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
	snapshot(t, src, rev)
	again := open(t, cfg)
	if _, err := again.Snapshot(t.Context(), rev); !errors.Is(err, sync.ErrOffline) {
		t.Errorf("got %v, want an ErrOffline", err)
	}
	if diff := cmp.Diff(rev, fetch(t, again)); diff != "" {
		t.Error("revision (-before +after):", diff)
	}
	snapshot(t, open(t, cfg), rev)
}

// TestDiskThatCannotBeWritten is no reason to miss a commit.
func TestDiskThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	var said strings.Builder
	cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
	cfg.CacheDir = filepath.Join(write(t, "file", "in the way"), "git")
	src := open(t, cfg)
	snapshot(t, src, fetch(t, src))
	contains(t, said.String(), "what was fetched cannot be kept on the disk")
}
