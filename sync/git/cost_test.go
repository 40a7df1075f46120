package git_test

import (
	"io/fs"
	"path/filepath"
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
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules})
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
	if diff := cmp.Diff([]string{"POST /fleet.git/git-upload-pack", "POST /fleet.git/git-upload-pack"}, asked); diff != "" {
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
