package render_test

import (
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

// TestMain lets the test binary be the child of the Renderers under test.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == render.ChildArg {
		os.Exit(render.ChildMain(os.Stdin, os.Stdout))
	}
	if len(os.Args) > 1 && os.Args[1] == wallArg {
		os.Exit(climb())
	}
	os.Exit(m.Run())
}

// sampleSnapshot is a lot of the sample fleet, with all of the fleet's files
// that any lot may refer to.
func sampleSnapshot(tb testing.TB, site sync.Site) sync.Snapshot {
	tb.Helper()
	fsys := sites.Files()
	snap := sync.Snapshot{Site: site, Dir: "sites", Revision: sync.Revision{Commit: "0123456789abcdef"}, Files: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fsys.ReadFile(name)
		snap.Files[path.Join("sites", name)] = data
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return snap
}
