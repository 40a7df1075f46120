package survey_test

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	stdsync "sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/survey"
)

// same compares what a run with a cache found with what one without finds.
func same(t *testing.T, after, root string, got *survey.Result) {
	t.Helper()
	want := look(t, root, "", nil)
	if diff := cmp.Diff(want.Lots, got.Lots); diff != "" {
		t.Fatalf("after %q the cache is wrong (-want +got):\n%s", after, diff)
	}
	if diff := cmp.Diff(want.Findings, got.Findings); diff != "" {
		t.Fatalf("after %q the fleet's findings are wrong (-want +got):\n%s", after, diff)
	}
}

// edits are what people do to a fleet, for one of its lots.
func edits(root string) map[string]func(dir string, n int) error {
	at := func(dir, name string) string { return filepath.Join(root, dir, name) }
	put := func(name, content string) error {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return os.WriteFile(name, []byte(content), 0o644)
	}
	pick := func(n int, values ...string) string { return values[n%len(values)] }
	return map[string]func(dir string, n int) error{
		"a lot's file changes": func(dir string, n int) error {
			return put(at(dir, "own.yaml"), configMap("own", pick(n, "a", "b", "c")))
		},
		"the base changes": func(_ string, n int) error {
			return put(at("sites/base", "gate.yaml"), gatePod(pick(n, "gate:1", "gate", "gate:2")))
		},
		"labels and topology change": func(dir string, n int) error {
			return put(at(dir, "site.yaml"), siteFile(pick(n, "ring: canary", "rign: late", "ring: late"), pick(n/3, "local", "joined"), pick(n, "3", "4")))
		},
		"the fleet changes": func(_ string, n int) error {
			return put(at("sites", "fleet.yaml"), "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\nspec:\n"+pick(n,
				"  edge: {findings: {latest-tag: error}}\n", "  rollout: {waves: [{name: first, selector: {ring: canary}}]}\n", "  edge: {}\n", "  egde: {}\n"))
		},
		"a component comes or goes": func(dir string, n int) error {
			return put(at(dir, "kustomization.yaml"), pick(n,
				"resources: [../../../base, own.yaml]\ncomponents: [../../../components/camera]\n", "namespace: parking\nresources: [../../../base, own.yaml]\n",
				"namespace: parking\nresources: [../../../base, own.yaml, missing]\n", "resources: [../../../base, own.yaml, "))
		},
		"what was missing comes": func(dir string, n int) error {
			return put(at(dir, pick(n, "missing", "missing/kustomization.yaml", "Kustomization")), "resources: []\n")
		},
		"a file goes":      func(dir string, _ int) error { return os.Remove(at(dir, "own.yaml")) },
		"what came, goes":  func(dir string, n int) error { return os.RemoveAll(at(dir, pick(n, "missing", "Kustomization"))) },
		"a lot moves":      func(dir string, _ int) error { return os.Rename(at(dir, ""), at(dir+"-b", "")) },
		"a lot moves back": func(dir string, _ int) error { return os.Rename(at(dir+"-b", ""), at(dir, "")) },
		"a link is in the place of a file": func(dir string, _ int) error {
			return errors.Join(os.Remove(at(dir, "own.yaml")), os.Symlink("site.yaml", at(dir, "own.yaml")))
		},
		"a link is in the place of a folder": func(string, int) error {
			return errors.Join(os.Rename(at("sites", "components/camera"), at("sites", "camera")), os.Symlink("../camera", at("sites", "components/camera")))
		},
		"a folder is in the place of a link": func(string, int) error {
			return errors.Join(os.Remove(at("sites", "components/camera")), os.Rename(at("sites", "camera"), at("sites", "components/camera")))
		},
	}
}

func TestACachedRunFindsWhatAnUncachedOneFinds(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(4)), t.TempDir()
	dice := rand.New(rand.NewPCG(1, 2))
	all := edits(root)
	names := slices.Sorted(maps.Keys(all)) // so that the dice mean the same each time
	same(t, "nothing", root, look(t, root, cache, nil))
	cached := 0
	for range 120 {
		name := names[dice.IntN(len(names))]
		// Half of them cannot be done just now: there is nothing to move back.
		if err := all[name]("sites/"+string(siteOf(dice.IntN(4))), dice.IntN(12)); err != nil {
			continue
		}
		got := look(t, root, cache, nil)
		cached += got.Stats.Cached
		same(t, name, root, got)
	}
	if cached < 50 {
		t.Errorf("only %d lots came from the cache", cached)
	}
}

func TestWhatChangesBackIsNotBuiltAgain(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(3)), t.TempDir()
	before := look(t, root, cache, nil)
	write(t, root, "sites/base/gate.yaml", gatePod("registry.example.com/gate:2.0"))
	if got := look(t, root, cache, nil); got.Stats.Built != 3 {
		t.Errorf("built %d lots, want all 3", got.Stats.Built)
	}
	write(t, root, "sites/base/gate.yaml", gatePod("registry.example.com/gate:1.0"))
	after := look(t, root, cache, func(o *survey.Options) { o.Contents = true })
	if after.Stats.Built != 0 {
		t.Errorf("built %d lots, want none", after.Stats.Built)
	}
	if diff := cmp.Diff(before.Lots, after.Lots); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestAChangeWithinTheSameMomentIsSeen(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(1)), t.TempDir()
	file := filepath.Join(root, "sites/nl/ams/0001/own.yaml")
	at := time.Now()
	write(t, root, "sites/nl/ams/0001/own.yaml", configMap("own", "one"))
	lookAt(t, root, cache, at, nil)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, "sites/nl/ams/0001/own.yaml", configMap("own", "two")) // of the same size
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	same(t, "a change with the times put back", root, look(t, root, cache, nil))
}

func TestADamagedCacheIsNotBelieved(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(2)), t.TempDir()
	look(t, root, cache, nil)
	var files []string
	err := filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != "lock" {
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for sentence, damaged := range map[string][]byte{
			"empty": {}, "cut": whole[:len(whole)/2], "longer": append(append([]byte{}, whole...), 1, 2, 3),
			"other": []byte("something else altogether"), "flipped": flip(whole, len(whole)*2/3),
		} {
			if err := os.WriteFile(name, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			got := look(t, root, cache, func(o *survey.Options) { o.Contents = true })
			same(t, filepath.Base(name)+" is "+sentence, root, got)
		}
	}
}

func flip(data []byte, at int) []byte {
	out := append([]byte{}, data...)
	out[at] ^= 0x40
	return out
}

func TestSeveralUseOneCacheAtOnce(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	roots := []string{checkoutOf(t, smallFleet(3)), checkoutOf(t, smallFleet(5)), checkoutOf(t, smallFleet(2))}
	write(t, roots[1], "sites/base/tariff.yaml", configMap("tariff", "another"))
	var all stdsync.WaitGroup
	for range 2 {
		for _, root := range roots {
			all.Go(func() { look(t, root, cache, nil) })
		}
	}
	all.Wait()
	for _, root := range roots {
		got := look(t, root, cache, func(o *survey.Options) { o.Contents = true })
		if got.Stats.Built != 0 {
			t.Errorf("%d lots are built again", got.Stats.Built)
		}
		same(t, "several at once", root, got)
	}
}

func TestAnotherProgramBuildsAnew(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(2)), t.TempDir()
	look(t, root, cache, nil)
	got := look(t, root, cache, func(o *survey.Options) { o.Version = "next" })
	if got.Stats.Built != 2 {
		t.Errorf("built %d lots, want 2", got.Stats.Built)
	}
}
