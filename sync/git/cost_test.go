package git_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// TestNothingNewCostsNothing looks at the wire and at the disk.
func TestNothingNewCostsNothing(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root})
	cfg := config(t, server.URL("fleet.git"))
	src := open(t, cfg)
	rev := fetch(t, src)
	before := stamps(t, cfg)
	server.Requests()
	fetch(t, src)
	again := open(t, cfg) // as after a restart
	fetch(t, again)
	snapshot(t, again, rev)
	var asked []string
	for _, request := range server.Requests() {
		asked = append(asked, request.Method+" "+request.Path)
	}
	if diff := cmp.Diff([]string{"GET /fleet.git/info/refs", "GET /fleet.git/info/refs"}, asked); diff != "" {
		t.Error("requests (-want +got):", diff)
	}
	if diff := cmp.Diff(before, stamps(t, cfg)); diff != "" {
		t.Error("the disk was written (-before +after):", diff)
	}
}

// stamps are the times at which the cache's files and folders were written.
func stamps(t *testing.T, cfg git.Config) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(cfg.CacheDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[path] = info.ModTime().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestOneCommitIsFetchedAlone compares an update with the whole.
func TestOneCommitIsFetchedAlone(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	files := sample()
	for i := range 300 {
		files["sites/nl/rtm/"+strings.Repeat("a", i/26+1)+string(rune('a'+i%26))+"/site.yaml"] = strings.Repeat("# lot\n", i)
	}
	r.commit(files)
	server := serve(t, gitserver.Options{Root: r.root})
	src := open(t, config(t, server.URL("fleet.git")))
	down := func() (n int64) {
		fetch(t, src)
		for _, request := range server.Requests() {
			n += request.Down
		}
		return n
	}
	first := down()
	r.commit(map[string]string{"sites/nl/ams/0043/site.yaml": "kind: Site # new\n"})
	if update := down(); update > 2000 || update*5 > first {
		t.Errorf("an update took %d bytes, the whole %d", update, first)
	}
}
