package share_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/lotsync/lotsync/render/share"
)

// plain is what kustomize builds, an object a line.
func plain(files map[string][]byte, dir string) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("kustomize gave up: %v", r)
		}
	}()
	fsys := filesys.MakeFsInMemory()
	for name, data := range files {
		if err := fsys.WriteFile("/repository/"+name, data); err != nil {
			return "", err
		}
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	m, err := krusty.MakeKustomizer(options).Run(fsys, "/repository/"+dir)
	if err != nil {
		return "", err
	}
	var lines strings.Builder
	for _, res := range m.Resources() {
		data, err := res.MarshalJSON()
		if err != nil {
			return "", err
		}
		lines.Write(data)
	}
	return lines.String(), nil
}

// shared is what Folders build, in the same form.
func shared(f *share.Folders, files map[string][]byte, dir string) (string, error) {
	objects, err := f.Build(files, dir)
	if err != nil {
		return "", err
	}
	var lines strings.Builder
	for _, o := range objects {
		n := yaml.NewRNode(o.Node).Copy()
		if err := n.SetAnnotations(o.Annotations); err != nil {
			return "", err
		}
		data, err := n.MarshalJSON()
		if err != nil {
			return "", err
		}
		lines.Write(data)
	}
	return lines.String(), nil
}

// outcome of comparing a lot.
type outcome int

const (
	taken outcome = iota
	notTaken
	noBuild
)

// compare fails if a lot is shared, and not what kustomize builds.
func compare(tb testing.TB, f *share.Folders, files map[string][]byte, dir string) outcome {
	tb.Helper()
	want, wantErr := plain(files, dir)
	got, err := shared(f, files, dir)
	switch {
	case err != nil && wantErr != nil:
		return noBuild
	case err != nil:
		return notTaken
	case wantErr != nil:
		tb.Errorf("%s: built, and kustomize says: %v", dir, wantErr)
	case got != want:
		tb.Errorf("%s: (-kustomize +shared):\n%s", dir, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
	}
	return taken
}

// TestInventedFleetsAreWhatKustomizeBuilds goes through fleets with features
// picked by chance.
func TestInventedFleetsAreWhatKustomizeBuilds(t *testing.T) {
	t.Parallel()
	var count [3]int
	for seed := range seeds(t) {
		fleet := invent(seed)
		folders, err := share.New()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			dir := fmt.Sprintf("lots/%d", i)
			count[compare(t, folders, fleet.files, dir)]++
			if t.Failed() {
				t.Fatalf("seed %d, %s", seed, dir)
			}
		}
	}
	t.Logf("%d shared, %d left to kustomize, %d do not build", count[taken], count[notTaken], count[noBuild])
	if count[taken] < 4*count[notTaken] {
		t.Error("most should be shared")
	}
}

// FuzzInventedFleets looks for fleets that differ.
func FuzzInventedFleets(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		fleet := invent(seed)
		folders, err := share.New()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			compare(t, folders, fleet.files, fmt.Sprintf("lots/%d", i))
		}
	})
}
