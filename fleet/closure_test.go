package fleet_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

const home = "sites/nl/1/"

// tree makes a file system of files by path; "-> x" makes a symlink, "@x" a
// submodule.
func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"sites/unrelated.yaml": {}, "sites/nl/2/kustomization.yaml": {}, home + "unused.yaml": {}}
	for name, content := range files {
		mode := fs.FileMode(0o644)
		switch {
		case strings.HasPrefix(content, "-> "):
			content, mode = strings.TrimPrefix(content, "-> "), fs.ModeSymlink
		case strings.HasPrefix(content, "@"):
			mode = fs.ModeIrregular
		}
		fsys[name] = &fstest.MapFile{Data: []byte(content), Mode: mode}
	}
	return fsys
}

// closure is a row of the table: the files that there are, and those that the
// site is made of.
type closure struct {
	files     map[string]string
	want      []string
	irregular map[string]string
}

func TestClosureFollows(t *testing.T) {
	t.Parallel()
	checkClosures(t, map[string]closure{
		"a site that does not exist has nothing": {},
		"the fleet's and the site's description belong to it": {
			files: map[string]string{"sites/fleet.yaml": "", home + "site.yaml": ""},
			want:  []string{"sites/fleet.yaml", home + "site.yaml"},
		},
		"resources, bases and components are followed": {
			files: map[string]string{
				home + "kustomization.yaml": "resources: [a.yaml, ../../base, ./nowhere.yaml]\nbases: [../../old]\ncomponents: [../../camera]\n",
				home + "a.yaml":             "", "sites/base/kustomization.yml": "resources: [b.yaml]", "sites/base/b.yaml": "",
				"sites/old/Kustomization": "resources: [c.yaml]", "sites/old/c.yaml": "", "sites/camera/kustomization.yaml": "{patches: [{path: d.yaml}]}", "sites/camera/d.yaml": "",
			},
			want: []string{
				"sites/base/b.yaml", "sites/base/kustomization.yml", "sites/camera/d.yaml", "sites/camera/kustomization.yaml",
				home + "a.yaml", home + "kustomization.yaml", "sites/old/Kustomization", "sites/old/c.yaml",
			},
		},
		"patches, replacements, crds, configurations and openapi are followed": {
			files: map[string]string{
				home + "kustomization.yaml": "patches: [{path: a}, {patch: 'inline'}]\npatchesStrategicMerge: [b, 'kind: X\n\n  name: y\n']\n" +
					"patchesJson6902: [{path: c}]\nreplacements: [{path: d}]\ncrds: [e]\nconfigurations: [f]\nopenapi: {path: g}\n",
				home + "a": "", home + "b": "", home + "c": "", home + "d": "", home + "e": "", home + "f": "", home + "g": "",
			},
			want: []string{home + "a", home + "b", home + "c", home + "d", home + "e", home + "f", home + "g", home + "kustomization.yaml"},
		},
		"the sources of ConfigMaps and Secrets are followed": {
			files: map[string]string{
				home + "kustomization.yaml": "configMapGenerator: [{files: [a, key=b], envs: [c], env: d, literals: [x=unused.yaml]}]\nsecretGenerator: [{files: [e]}]\n",
				home + "a":                  "", home + "b": "", home + "c": "", home + "d": "", home + "e": "",
			},
			want: []string{home + "a", home + "b", home + "c", home + "d", home + "e", home + "kustomization.yaml"},
		},
		"generators and transformers are followed with what configures them": {
			files: map[string]string{
				home + "kustomization.yaml": "generators: [a.yaml]\ntransformers: [../../t, \"kind: PatchTransformer\\npath: b\\n\"]\nvalidators: [v.yaml]\n",
				home + "a.yaml":             "files: [key=c]\nenvs: [d]\n---\nkind: Second\npath: e\n", home + "b": "", home + "c": "", home + "d": "", home + "e": "", home + "f": "", home + "v.yaml": "",
				"sites/t/kustomization.yaml": "resources: [t.yaml]", "sites/t/t.yaml": "kind: PatchTransformer\npath: f\n",
			},
			want: []string{
				home + "a.yaml", home + "b", home + "c", home + "d", home + "e", home + "f", home + "kustomization.yaml", home + "v.yaml",
				"sites/t/kustomization.yaml", "sites/t/t.yaml",
			},
		},
	})
}

func TestClosureStopsAt(t *testing.T) {
	t.Parallel()
	checkClosures(t, map[string]closure{
		"what leads out of the repository is not followed": {
			files: map[string]string{home + "kustomization.yaml": "resources: [/etc/passwd, ../../../../x, 'https://example.com/x', 'git@example.com:x', '', 7, {a: b}, null]\n"},
			want:  []string{home + "kustomization.yaml"},
		},
		"a broken kustomization is there and is not followed": {
			files: map[string]string{home + "kustomization.yaml": "resources: [unused.yaml\nx: ]["},
			want:  []string{home + "kustomization.yaml"},
		},
		"fields match whatever their case, and through anchors and merges": {
			files: map[string]string{home + "kustomization.yaml": "x: &x {Resources: &r [a]}\n<<: *x\ncrds: *r\n", home + "a": ""},
			want:  []string{home + "a", home + "kustomization.yaml"},
		},
		"circles end": {
			files: map[string]string{home + "kustomization.yaml": "resources: [../../base, .]", "sites/base/kustomization.yaml": "resources: [../nl/1]"},
			want:  []string{"sites/base/kustomization.yaml", home + "kustomization.yaml"},
		},
		"several kustomizations in one folder are all there": {
			files: map[string]string{home + "kustomization.yaml": "", home + "Kustomization": ""},
			want:  []string{home + "Kustomization", home + "kustomization.yaml"},
		},
		"symlinks and submodules in the way are named": {
			files: map[string]string{
				home + "kustomization.yaml": "resources: [a.yaml, b/x.yaml, c]", home + "a.yaml": "-> unused.yaml", home + "b": "-> ../2", home + "c": "@",
			},
			want:      []string{home + "kustomization.yaml"},
			irregular: map[string]string{home + "a.yaml": "symlink", home + "b": "symlink", home + "c": "submodule"},
		},
		"nesting without end is not parsed": {
			files: map[string]string{home + "kustomization.yaml": "resources: [unused.yaml]\nx: " + strings.Repeat("[", 5000)},
			want:  []string{home + "kustomization.yaml"},
		},
	})
}

func checkClosures(t *testing.T, cases map[string]closure) {
	t.Helper()
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got, err := fleet.Closure(tree(c.files), "sites", "nl/1")
			if err != nil {
				t.Fatal(err)
			}
			if c.irregular == nil {
				c.irregular = map[string]string{}
			}
			if diff := cmp.Diff(fleet.Part{Files: c.want, Irregular: c.irregular}, got, cmpopts.IgnoreFields(fleet.Part{}, "Looked")); diff != "" {
				t.Error("(-want +got):", diff)
			}
		})
	}
}

func TestClosureAtTheRoot(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"fleet.yaml": {}, "nl/1/site.yaml": {}, "nl/1/kustomization.yaml": {Data: []byte("resources: [../../base]")}, "base/kustomization.yaml": {}}
	got, err := fleet.Closure(fsys, ".", "nl/1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"base/kustomization.yaml", "fleet.yaml", "nl/1/kustomization.yaml", "nl/1/site.yaml"}
	if diff := cmp.Diff(want, got.Files); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

// bomb is a document of n anchors, each ten times the one before.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [unused.yaml]\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	fmt.Fprintf(&b, "resources: *a%d\n", n)
	return b.String()
}

func TestAliasBombCostsNothing(t *testing.T) {
	t.Parallel()
	fsys := tree(map[string]string{home + "kustomization.yaml": bomb(60)})
	allocations := testing.Benchmark(func(b *testing.B) {
		b.Helper()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := fleet.Closure(fsys, "sites", "nl/1"); err != nil {
				b.Fatal(err)
			}
		}
	}).AllocedBytesPerOp()
	if allocations > 2<<20 {
		t.Errorf("%d bytes allocated for a document of %d", allocations, len(bomb(60)))
	}
}

func TestClosureLimits(t *testing.T) {
	t.Parallel()
	many, total, deep := map[string]string{}, map[string]string{}, map[string]string{}
	var all strings.Builder
	all.WriteString("resources:\n")
	for i := range 1001 {
		name := fmt.Sprintf("%04d.yaml", i)
		all.WriteString("- " + name + "\n")
		many[home+name] = ""
		if i < 9 {
			total[home+name] = strings.Repeat("#", 250<<10)
		}
		deep[fmt.Sprintf("sites/d%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../d%d]", i+1)
	}
	many[home+"kustomization.yaml"], total[home+"kustomization.yaml"] = all.String(), all.String()
	deep[home+"kustomization.yaml"] = "resources: [../../d0]"
	cases := map[string]struct {
		files map[string]string
		want  string
	}{
		"too many files":                 {many, "0999.yaml: with this file the site comes to more than 1000 files"},
		"too many bytes in all":          {total, "0008.yaml: with this file the site comes to"},
		"a file that is too large":       {map[string]string{home + "site.yaml": strings.Repeat("#", 257<<10)}, home + "site.yaml: 263168 bytes, a file of a site may have 262144"},
		"a kustomization too large":      {map[string]string{home + "kustomization.yaml": strings.Repeat("#", 65<<10)}, home + "kustomization.yaml: 66560 bytes"},
		"kustomizations nested too deep": {deep, "kustomizations refer to each other more than 32 deep"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			_, err := fleet.Closure(tree(c.files), "sites", "nl/1")
			if !errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "site nl/1") {
				t.Errorf("got %v, want an ErrInvalid with %q", err, c.want)
			}
		})
	}
}

// brokenFS cannot read one file that is there.
type brokenFS struct {
	fstest.MapFS

	name string
}

var errBroken = errors.New("disk on fire")

func (b brokenFS) Open(name string) (fs.File, error) {
	if name == b.name {
		return nil, errBroken
	}
	return b.MapFS.Open(name)
}

func (b brokenFS) Lstat(name string) (fs.FileInfo, error) {
	if name == b.name {
		return nil, errBroken
	}
	return b.MapFS.Lstat(name)
}

func (b brokenFS) ReadFile(name string) ([]byte, error) {
	if name == b.name {
		return nil, errBroken
	}
	return b.MapFS.ReadFile(name)
}

func TestWhatCannotBeReadIsNotMissing(t *testing.T) {
	t.Parallel()
	files := tree(map[string]string{home + "kustomization.yaml": "resources: [a.yaml, ../../base]", home + "a.yaml": "", "sites/base/kustomization.yaml": ""})
	for _, name := range []string{"sites", home + "kustomization.yaml", home + "a.yaml", "sites/base", "sites/base/kustomization.yaml"} {
		if _, err := fleet.Closure(brokenFS{files, name}, "sites", "nl/1"); !errors.Is(err, errBroken) {
			t.Errorf("%s cannot be read: got %v, want that error", name, err)
		}
	}
}

func FuzzClosure(f *testing.F) {
	for _, seed := range []string{
		"resources: [a.yaml, ../../base]", "transformers: [a.yaml, \"path: b\\n\"]\n", "configMapGenerator: [{files: [k=v]}]", bomb(6), "a: &a\n  <<: *a\n", "? [", "resources: &r [*r]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, kustomization string) {
		fsys := tree(map[string]string{
			home + "kustomization.yaml": kustomization, home + "a.yaml": kustomization, "sites/base/kustomization.yaml": kustomization,
		})
		part, err := fleet.Closure(fsys, "sites", "nl/1")
		if err != nil && !errors.Is(err, sync.ErrInvalid) {
			t.Fatal(err)
		}
		for _, name := range part.Files {
			if info, err := fs.Stat(fsys, name); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%q is no file of the repository: %v", name, err)
			}
		}
	})
}
