package edge_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestRules runs each file of testdata: fleet.yaml, site.yaml, before.yaml, and
// then what must come out: after.yaml, and findings.txt.
func TestRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			after, findings := apply(t, archive)
			if *update {
				set(archive, "after.yaml", after)
				set(archive, "findings.txt", findings)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(get(archive, "after.yaml"), after); diff != "" {
				t.Errorf("after.yaml (-want +got; -update rewrites it):\n%s", diff)
			}
			if diff := cmp.Diff(get(archive, "findings.txt"), findings); diff != "" {
				t.Errorf("findings.txt (-want +got; -update rewrites it):\n%s", diff)
			}
		})
	}
}

// TestEveryFindingHasAGoldenFile looks for each name in what comes out.
func TestEveryFindingHasAGoldenFile(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found.WriteString(get(archive, "findings.txt"))
	}
	for name := range (fleet.Findings{}).Severities() {
		if !strings.Contains(found.String(), " "+name+": ") {
			t.Errorf("no golden file shows %s", name)
		}
	}
}

func apply(t *testing.T, archive *txtar.Archive) (after, findings string) {
	t.Helper()
	f, err := fleet.ParseFleet([]byte("apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\n"+get(archive, "fleet.yaml")), "fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := fleet.ParseSite([]byte("apiVersion: lotsync.dev/v1alpha1\nkind: Site\n"+get(archive, "site.yaml")), "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects := decode(t, get(archive, "before.yaml"))
	var lines strings.Builder
	for _, finding := range edge.Apply(objects, edge.Profile{
		Site: "nl/ams/0042", Labels: s.Metadata.Labels, Vars: s.Spec.Vars, Edge: fleet.Merge(f, s).Edge, NodeMemory: s.Spec.Node.Memory,
	}) {
		lines.WriteString(string(finding.Severity) + " " + finding.Rule + ": " + finding.String() + "\n")
	}
	return encode(t, objects), lines.String()
}

func decode(tb testing.TB, stream string) []edge.Object {
	tb.Helper()
	var objects []edge.Object
	for decoder := yaml.NewDecoder(strings.NewReader(stream)); ; {
		var o edge.Object
		err := decoder.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			tb.Fatal(err)
		}
		objects = append(objects, o)
	}
}

func encode(t *testing.T, objects []edge.Object) string {
	t.Helper()
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	for _, o := range objects {
		if err := encoder.Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func get(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(archive *txtar.Archive, name, content string) {
	for i, f := range archive.Files {
		if f.Name == name {
			archive.Files[i].Data = []byte(content)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(content)})
}
