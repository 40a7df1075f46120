package render_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	gosync "sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
	generated "github.com/lotsync/lotsync/test/bench/fleet"
)

// generatedFleet is a fleet's files, and its lots.
func generatedFleet(tb testing.TB, options generated.Options) (map[string][]byte, []sync.Site) {
	tb.Helper()
	f, err := generated.Generate(tb.Context(), filepath.Join(tb.TempDir(), "fleet.git"), options)
	if err != nil {
		tb.Fatal(err)
	}
	out, err := exec.CommandContext(tb.Context(), "git", "-C", f.Repo, "archive", "main").Output()
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(bytes.NewReader(out)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, f.Sites()
		}
		if err != nil {
			tb.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if files[header.Name], err = io.ReadAll(archive); err != nil {
			tb.Fatal(err)
		}
	}
}

// lotOf is the snapshot of a lot, with the files of the fleet that are no lot's
// and with its own.
func lotOf(files map[string][]byte, site sync.Site) sync.Snapshot {
	snap := sync.Snapshot{Site: site, Dir: "sites", Revision: sync.Revision{Commit: "0123456789abcdef"}, Files: map[string][]byte{}}
	own := fleet.SiteDir("sites", site) + "/"
	for name, data := range files {
		dir := filepath.Dir(name)
		if _, isLot := files[dir+"/site.yaml"]; !isLot || dir+"/" == own {
			snap.Files[name] = data
		}
	}
	return snap
}

// sameAsBuild compares a lot from the workshop with a plain build.
func sameAsBuild(tb testing.TB, w *render.Workshop, snap sync.Snapshot) {
	tb.Helper()
	want, wantErr := render.Build(snap, render.DefaultLimits())
	got, err := w.Build(snap)
	if diff := cmp.Diff(message(wantErr), message(err)); diff != "" {
		tb.Errorf("%s: the error differs (-build +workshop):\n%s", snap.Site, diff)
	}
	if diff := cmp.Diff(string(want.Manifest), string(got.Manifest)); diff != "" {
		tb.Errorf("%s: the manifest differs (-build +workshop):\n%s", snap.Site, diff)
	}
	if most := render.MostBytes(got.Objects); most < len(got.Manifest) {
		tb.Errorf("%s: %d bytes, and at most %d were expected", snap.Site, len(got.Manifest), most)
	}
	if diff := cmp.Diff(want.Findings, got.Findings); diff != "" {
		tb.Errorf("%s: the findings differ (-build +workshop):\n%s", snap.Site, diff)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func workshop(tb testing.TB) *render.Workshop {
	tb.Helper()
	w, err := render.NewWorkshop(render.DefaultLimits())
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func TestAWorkshopBuildsEveryLotOfTheSampleFleetFromShared(t *testing.T) {
	t.Parallel()
	lots, err := fleet.ListSites(sites.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	w := workshop(t)
	files := sampleSnapshot(t, lots[0]).Files
	for range 2 {
		for _, site := range lots {
			sameAsBuild(t, w, lotOf(files, site))
		}
	}
	if got, want := w.Counts(), (render.Counts{Shared: 2 * len(lots)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAWorkshopBuildsEveryLotOfAGeneratedFleetFromShared(t *testing.T) {
	t.Parallel()
	files, lots := generatedFleet(t, generated.Options{Lots: 24, Commits: 40, Seed: 3})
	w := workshop(t)
	for _, site := range lots {
		sameAsBuild(t, w, lotOf(files, site))
	}
	if got, want := w.Counts(), (render.Counts{Shared: len(lots)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestAWorkshopKnowsTheFileOfEachObject compares with what kustomize says when it
// is asked.
func TestAWorkshopKnowsTheFileOfEachObject(t *testing.T) {
	t.Parallel()
	files, lots := generatedFleet(t, generated.Options{Lots: 8, Seed: 3})
	w := workshop(t)
	for _, site := range lots {
		snap := lotOf(files, site)
		out, err := w.Check(snap)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Sorted(slices.Values(out.Origins))
		want := slices.Sorted(slices.Values(render.Origins(snap)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-kustomize +workshop):\n%s", site, diff)
		}
		for i, o := range out.Objects {
			if edge.RefOf(o).Name == "gate" && path.Base(out.Origins[i]) != "gate.yaml" && path.Base(out.Origins[i]) != "gate-access.yaml" {
				t.Errorf("%s: gate came from %s", site, out.Origins[i])
			}
		}
	}
}

func TestAWorkshopBuildsLotsAtTheSameTime(t *testing.T) {
	t.Parallel()
	files, lots := generatedFleet(t, generated.Options{Lots: 12, Seed: 3})
	w := workshop(t)
	want := make([]string, len(lots))
	for i, site := range lots {
		out, err := workshop(t).Build(lotOf(files, site))
		if err != nil {
			t.Fatal(err)
		}
		want[i] = string(out.Manifest)
	}
	var group gosync.WaitGroup
	for range 3 {
		group.Go(func() {
			for i, site := range lots {
				out, err := w.Build(lotOf(files, site))
				if err != nil || string(out.Manifest) != want[i] {
					t.Errorf("%s differs: %v", site, err)
				}
			}
		})
	}
	group.Wait()
}

func TestAWorkshopTellsOfAMistakeAsBuildDoes(t *testing.T) {
	t.Parallel()
	files, lots := generatedFleet(t, generated.Options{Lots: 4, Seed: 3})
	cases := map[string]map[string]string{
		"a patch without a target": {"lot.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nobody}\n"},
		"a file that is missing":   {"kustomization.yaml": "resources: [nothing.yaml]\n"},
		"a port that is refused":   {"kustomization.yaml": "resources: [own.yaml]\n", "own.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n"},
		"another base than before": {"../../../base/lot.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lot}\ndata: {OTHER: \"1\"}\n"},
	}
	for sentence, change := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			w := workshop(t)
			sameAsBuild(t, w, lotOf(files, lots[0]))
			snap := lotOf(files, lots[0])
			for name, content := range change {
				snap.Files[path.Join(fleet.SiteDir("sites", lots[0]), name)] = []byte(content)
			}
			sameAsBuild(t, w, snap)
			if got, want := w.Counts(), (render.Counts{Shared: 1, Plain: 1}); got != want && sentence != "a port that is refused" && sentence != "a file that is missing" {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
