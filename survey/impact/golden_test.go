package impact_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/survey/impact"
	"github.com/lotsync/lotsync/sync"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestReports runs each file of testdata. Its lots are files below base/ and
// head/: the objects of one, or, with a range of numbers in the name, of several,
// with {n} for the number and {site} for the name; a file *.error is why a lot
// does not render. What must come out are out.txt, out.md and out.json.
func TestReports(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			outputs := report(t, archive)
			for _, name := range []string{"out.txt", "out.md", "out.json"} {
				if *update {
					set(archive, name, outputs[name])
				}
				if diff := cmp.Diff(get(archive, name), outputs[name]); diff != "" {
					t.Errorf("%s (-want +got; -update rewrites it):\n%s", name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func report(t *testing.T, archive *txtar.Archive) map[string]string {
	t.Helper()
	s := store{}
	r, err := impact.Compare(s.lots(t, archive, "base/"), s.lots(t, archive, "head/"), s.content)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Groups {
		if err := r.Groups[i].Explain(s.content); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"out.txt":  r.Text("main..HEAD", 0, noColour),
		"out.md":   r.Markdown("main..HEAD", 0),
		"out.json": string(data) + "\n",
	}
}

func noColour(_ impact.Ink, s string) string { return s }

// store is a content store in memory.
type store map[sync.Digest]edge.Object

func (s store) content(d sync.Digest) (edge.Object, error) {
	o, ok := s[d]
	if !ok {
		return nil, errors.New("no such content")
	}
	return o, nil
}

// object takes an object into the store, as a survey would.
func (s store) object(tb testing.TB, site sync.Site, o edge.Object) survey.Object {
	tb.Helper()
	ref := edge.RefOf(o)
	data, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	shared := strings.ReplaceAll(string(data), strings.ReplaceAll(string(site), "/", "."), "${site:label}")
	digest := sync.DigestOf([]byte(shared))
	if s[digest] == nil {
		var content edge.Object
		if err := json.Unmarshal([]byte(shared), &content); err != nil {
			tb.Fatal(err)
		}
		s[digest] = content
	}
	return survey.Object{Ref: ref, Digest: digest}
}

// lot is a lot with the objects of a YAML stream.
func (s store) lot(tb testing.TB, site sync.Site, stream string) survey.Lot {
	tb.Helper()
	lot := survey.Lot{Site: site}
	for doc := range strings.SplitSeq(stream, "---\n") {
		var o edge.Object
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			tb.Fatalf("%s: %v\n%s", site, err, doc)
		}
		if len(o) > 0 {
			lot.Objects = append(lot.Objects, s.object(tb, site, o))
		}
	}
	return lot
}

func (s store) lots(t *testing.T, archive *txtar.Archive, side string) []survey.Lot {
	t.Helper()
	var out []survey.Lot
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, side)
		if !ok {
			continue
		}
		ext := path.Ext(name)
		for _, site := range expand(t, strings.TrimSuffix(name, ext)) {
			text := strings.NewReplacer("{n}", path.Base(string(site)), "{site}", string(site)).Replace(string(f.Data))
			if ext == ".error" {
				out = append(out, survey.Lot{Site: site, Error: strings.TrimSpace(text)})
				continue
			}
			out = append(out, s.lot(t, site, text))
		}
	}
	return out
}

// expand gives the lots of a name such as nl/ams/0001..0020.
func expand(t *testing.T, name string) []sync.Site {
	t.Helper()
	from, to, ok := strings.Cut(name, "..")
	if !ok {
		return []sync.Site{sync.Site(name)}
	}
	first, err := strconv.Atoi(path.Base(from))
	if err != nil {
		t.Fatal(err)
	}
	last, err := strconv.Atoi(to)
	if err != nil {
		t.Fatal(err)
	}
	var out []sync.Site
	for n := first; n <= last; n++ {
		out = append(out, sync.Site(fmt.Sprintf("%s/%04d", path.Dir(from), n)))
	}
	return out
}

func get(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(archive *txtar.Archive, name, text string) {
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		archive.Files = append(archive.Files, txtar.File{Name: name})
		i = len(archive.Files) - 1
	}
	archive.Files[i].Data = []byte(text)
}
