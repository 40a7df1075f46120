package openapi_test

import (
	"io/fs"
	"path"
	"testing"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/openapi"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

func TestTheSampleFleetHasNoProblems(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{}
	if err := fs.WalkDir(sites.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sites.Files(), name)
		files[path.Join("sites", name)] = data
		return err
	}); err != nil {
		t.Fatal(err)
	}
	lots, err := fleet.ListSites(sites.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, site := range lots {
		snap := sync.Snapshot{Site: site, Dir: "sites", Revision: sync.Revision{Commit: "0123456789abcdef"}, Files: files}
		bundle, err := render.Build(snap, render.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		objects := openapi.Parse(t, string(bundle.Manifest))
		for _, version := range openapi.Versions() {
			s, err := openapi.Load(version)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range objects {
				checked++
				for _, p := range s.Check(o) {
					t.Errorf("%s: %s: %s: %s", version, site, o["kind"], p)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was checked")
	}
	t.Logf("%d lots, %d checks", len(lots), checked)
}
