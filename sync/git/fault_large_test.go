package git_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/gitserver"
)

// TestALargeFleetsLinkIsCutHereAndThere samples what TestLinkThatIsCutAnywhere
// does for a small fleet.
func TestALargeFleetsLinkIsCutHereAndThere(t *testing.T) {
	if testing.Short() {
		t.Skip("a fleet of 6000 lots takes long to make")
	}
	m := meter(t, fleet.Options{Lots: 6000, Commits: 5}, gitserver.Rules{Filter: true, Strict: true})
	cut := cutter{t: t, link: m.proxy, cfg: m.cfg, step: 1499}
	cut.everywhere(fetchNew(t, m.cfg), func() {
		if err := os.RemoveAll(m.cfg.CacheDir); err != nil {
			t.Fatal(err)
		}
	})
	cache := files(t, m.cfg)
	m.made(m.fleet.CommitToLot(t.Context(), m.cfg.Site))
	m.made(m.fleet.CommitToBase(t.Context()))
	cut.step = 211
	cut.everywhere(fetchNew(t, m.cfg), func() {
		for path, content := range cache {
			put(t, path, content)
		}
	})
}

// TestADiskThatIsFull has a file system of a few pages, which only root can make.
func TestADiskThatIsFull(t *testing.T) {
	disk := t.TempDir()
	err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4k")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root can make a disk that is full")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	r := newRepo(t)
	files := sample()
	files["sites/nl/ams/0042/kustomization.yaml"] = "resources: [long.yaml]\n"
	files["sites/nl/ams/0042/long.yaml"] = incompressible(16 << 10)
	r.commit(files)
	cfg := config(t, r.path())
	var said strings.Builder
	cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
	cfg.CacheDir = filepath.Join(disk, "git")
	src := open(t, cfg)
	first := snapshot(t, src, fetch(t, src))
	contains(t, said.String(), "what was fetched cannot be kept on the disk")
	contains(t, said.String(), "no space left on device")
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n"})
	if second := snapshot(t, src, fetch(t, src)); second.Revision.Commit == first.Revision.Commit {
		t.Error("with a full disk, the next commit did not come")
	}
}

// incompressible is YAML that takes its room on every disk.
func incompressible(n int) string {
	var b strings.Builder
	b.WriteString("data: ")
	x := uint32(1)
	for b.Len() < n {
		x = x*1664525 + 1013904223
		b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab"[x>>26])
	}
	return b.String() + "\n"
}
