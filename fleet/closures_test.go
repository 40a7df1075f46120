package fleet_test

import (
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

// counting counts how often each file is read.
type counting struct {
	fs.FS

	reads map[string]int
}

func (c counting) ReadFile(name string) ([]byte, error) {
	c.reads[name]++
	return fs.ReadFile(c.FS, name)
}

func (c counting) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(c.FS, name) }

func TestClosuresOfManySitesAreThoseOfEach(t *testing.T) {
	t.Parallel()
	lots, err := fleet.ListSites(sites.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	fsys := counting{sites.Files(), map[string]int{}}
	all := fleet.NewClosures(fsys)
	for _, site := range append(lots, lots...) {
		want, err := fleet.Closure(sites.Files(), ".", site)
		if err != nil {
			t.Fatal(err)
		}
		got, err := all.Of(".", site)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", site, err, diff)
		}
	}
	for name, n := range fsys.reads {
		if n > 1 {
			t.Errorf("%s was read %d times", name, n)
		}
	}
}

func TestAFileIsReadForEachOfItsUses(t *testing.T) {
	t.Parallel()
	// One file configures generators of two folders, and its paths count from both.
	fsys := tree(map[string]string{
		home + "kustomization.yaml":     "generators: [../../g.yaml]\nresources: [../../base]\n",
		"sites/base/kustomization.yaml": "generators: [../g.yaml]\n",
		"sites/g.yaml":                  "files: [x]\n",
		home + "x":                      "",
		"sites/base/x":                  "",
		"sites/nl/2/site.yaml":          "",
		"sites/nl/2/kustomization.yaml": "generators: [../../g.yaml]\n",
		"sites/nl/2/x":                  "",
	})
	all := fleet.NewClosures(fsys)
	for _, site := range []sync.Site{"nl/1", "nl/2", "nl/1"} {
		want, wantErr := fleet.Closure(fsys, "sites", site)
		got, err := all.Of("sites", site)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || wantErr != nil {
			t.Errorf("%s: %v, %v (-want +got):\n%s", site, wantErr, err, diff)
		}
		if !slices.Contains(got.Files, "sites/"+string(site)+"/x") {
			t.Errorf("%s: %q", site, got.Files)
		}
	}
}

func TestTheSameAtAllThatWasLookedAtIsTheSamePart(t *testing.T) {
	t.Parallel()
	files := map[string]string{home + "kustomization.yaml": "resources: [a.yaml, ../../nowhere, gone/b.yaml, empty]\n", home + "a.yaml": "-> unused.yaml", home + "empty/unused": ""}
	part, err := fleet.Closure(tree(files), "sites", "nl/1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		".", "sites", "sites/fleet.yaml", "sites/nl", "sites/nl/1", home + "Kustomization", home + "a.yaml", home + "empty",
		home + "empty/Kustomization", home + "empty/kustomization.yaml", home + "empty/kustomization.yml", home + "gone",
		home + "kustomization.yaml", home + "kustomization.yml", home + "site.yaml", "sites/nowhere",
	}
	if diff := cmp.Diff(want, part.Looked); diff != "" {
		t.Error("(-want +got):", diff)
	}
}
