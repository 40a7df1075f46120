package git_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/gitserver"
)

// lotOverSSH is a lot of a small fleet that a real sshd serves.
func lotOverSSH(t *testing.T) (*gitserver.SSH, *fleet.Fleet, git.Config) {
	t.Helper()
	root, dir := t.TempDir(), t.TempDir()
	f, err := fleet.Generate(t.Context(), filepath.Join(root, "fleet.git"), fleet.Options{Lots: 12, Commits: 5})
	if err != nil {
		t.Fatal(err)
	}
	server, err := gitserver.ServeSSH(t.Context(), gitserver.SSHOptions{Root: root, Dir: dir, Rules: gitserver.Rules{Filter: true, Strict: true}})
	if errors.Is(err, gitserver.ErrNoSSHD) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	cfg := config(t, server.URL("fleet.git"))
	cfg.Site, cfg.SSHKeyFile = f.Sites()[3], server.KeyFile()
	if cfg.KnownHostsFile, err = server.KnownHosts(); err != nil {
		t.Fatal(err)
	}
	return server, f, cfg
}

func TestARealSSHDIsFollowed(t *testing.T) {
	server, f, cfg := lotOverSSH(t)
	src := open(t, cfg)
	first := fetch(t, src)
	if way := src.Way(); way.Name != git.WayPaths {
		t.Errorf("way %q, want %q: GIT_PROTOCOL has to reach the server", way.Name, git.WayPaths)
	}
	if again := fetch(t, src); again != first {
		t.Errorf("nothing new gave %v, want %v", again, first)
	}
	if _, err := f.CommitToLot(t.Context(), cfg.Site); err != nil {
		t.Fatal(err)
	}
	own := fetch(t, src)
	if own.Key == first.Key {
		t.Error("the own commit did not change the key")
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	offline(t, src)
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if back := fetch(t, src); back != own {
		t.Errorf("after the outage %v, want %v", back, own)
	}
}

func TestARealSSHDWithAnotherHostKeyIsNotTrusted(t *testing.T) {
	server, _, cfg := lotOverSSH(t)
	src := open(t, cfg)
	fetch(t, src)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := server.ChangeHostKey(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := src.Fetch(t.Context()); !errors.Is(err, sync.ErrOffline) || !strings.Contains(err.Error(), "host key") {
		t.Errorf("error %v, want one about the host key", err)
	}
}
