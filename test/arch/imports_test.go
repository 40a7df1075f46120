package arch

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/lotsync/lotsync"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// root is the project's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// run returns what a program prints, in the project's folder.
func run(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	look(t)
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// look reads every folder, so that go test knows what these results depend on
// and does not repeat old ones: it cannot see what a program reads.
func look(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root(t), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, entry.Name()) {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// list asks go list about packages as they are built for a lot's node.
func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	env := []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64"}
	out := run(t, env, "go", append([]string{"list", "-json=ImportPath,Standard,Imports"}, args...)...)
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if err == io.EOF {
			return pkgs
		}
		if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// within reports whether a package is that one or below it.
func within(path string, parents ...string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool {
		return path == parent || strings.HasPrefix(path, parent+"/")
	})
}

func TestTheDomainNeedsTheStandardLibraryOnly(t *testing.T) {
	for _, p := range list(t, "-deps", "./sync") {
		if !p.Standard && p.ImportPath != module+"/sync" {
			t.Errorf("sync needs %s; put what needs it into an adapter, behind an interface of sync/ports.go", p.ImportPath)
		}
	}
}

func TestAdaptersKnowTheDomainAndNotEachOther(t *testing.T) {
	const domain, format = module + "/sync", module + "/fleet"
	for folder, also := range map[string][]string{
		"fleet":         nil,
		"render":        {format},
		"sync/apply":    nil,
		"sync/git":      {format},
		"sync/schedule": nil,
		"sync/state":    nil,
		"service":       nil,
		"survey":        {format, module + "/render", module + "/render/edge", module + "/sync/schedule"},
	} {
		t.Run(folder, func(t *testing.T) {
			own := module + "/" + folder
			for _, p := range shipped(list(t, "./"+folder+"/...")) {
				for _, needed := range p.Imports {
					if !within(needed, module) || needed == domain || within(needed, own) || slices.Contains(also, needed) {
						continue
					}
					t.Errorf("%s imports %s; what two adapters need belongs to sync, and cmd/lotsync joins them", p.ImportPath, needed)
				}
			}
		})
	}
}

// shipped leaves out the generators.
func shipped(pkgs []pkg) []pkg {
	return slices.DeleteFunc(pkgs, func(p pkg) bool { return strings.HasSuffix(p.ImportPath, "/gen") })
}

// TestWhatAChangeDoesIsAPureQuestion holds that the comparison of two surveys
// reads and writes nothing itself.
func TestWhatAChangeDoesIsAPureQuestion(t *testing.T) {
	allowed := []string{module + "/survey", module + "/sync", module + "/render/edge"}
	forbidden := []string{"os", "os/exec", "io/fs", "net", "net/http", "time"}
	for _, p := range list(t, "./survey/impact") {
		for _, needed := range p.Imports {
			if within(needed, module) && !slices.Contains(allowed, needed) {
				t.Errorf("%s imports %s; it compares what a survey knows, and no more", p.ImportPath, needed)
			}
			if slices.Contains(forbidden, needed) {
				t.Errorf("%s imports %s: it is a pure function of two surveys; cmd/lotsync reads and writes", p.ImportPath, needed)
			}
		}
	}
}

func TestEveryAdapterIsLookedAt(t *testing.T) {
	var folders []string
	for _, p := range list(t, "./sync/...") {
		if folder := strings.TrimPrefix(p.ImportPath, module+"/sync/"); folder != p.ImportPath && !strings.Contains(folder, "/") {
			folders = append(folders, folder)
		}
	}
	want := []string{"apply", "git", "schedule", "state"}
	if !slices.Equal(folders, want) {
		t.Errorf("adapters %v, want %v: name a new one in TestAdaptersKnowTheDomainAndNotEachOther", folders, want)
	}
}

func TestRenderingIsOffline(t *testing.T) {
	for _, p := range list(t, "-deps", "./render/...") {
		if within(p.ImportPath, "k8s.io/client-go") {
			t.Errorf("render needs %s: rendering never talks to a cluster", p.ImportPath)
		}
		// Kustomize itself links net/http; nothing of ours may.
		if within(p.ImportPath, module) && slices.Contains(p.Imports, "net/http") {
			t.Errorf("%s imports net/http: rendering is offline", p.ImportPath)
		}
	}
}

func TestTheCommandLineIsAtTheTop(t *testing.T) {
	for _, p := range list(t, "./...") {
		for _, needed := range p.Imports {
			if within(needed, module+"/cmd") && !within(p.ImportPath, module+"/cmd") {
				t.Errorf("%s imports %s", p.ImportPath, needed)
			}
			if within(needed, module+"/test") && !within(p.ImportPath, module+"/test", module+"/demo") {
				t.Errorf("%s imports %s: only tests and the demo may", p.ImportPath, needed)
			}
		}
	}
}

// TestWhatMustNotComeIntoTheAgent lists the packages that a single import would
// bring, and what they cost.
func TestWhatMustNotComeIntoTheAgent(t *testing.T) {
	forbidden := map[string]string{
		"k8s.io/client-go/discovery":            "links all of k8s.io/api: 13 MB",
		"k8s.io/client-go/restmapper":           "links all of k8s.io/api: 13 MB",
		"k8s.io/client-go/kubernetes":           "the typed clients: 13 MB; use client-go/dynamic",
		"k8s.io/client-go/informers":            "the typed clients: 13 MB; and a cache of the whole cluster",
		"k8s.io/api":                            "every API type; work on unstructured objects",
		"k8s.io/apiextensions-apiserver":        "work on unstructured objects",
		"k8s.io/kubectl":                        "a command line, not a library",
		"sigs.k8s.io/controller-runtime":        "links all of k8s.io/api",
		"github.com/google/cel-go":              "an interpreter and its grammar: 6 MB",
		"google.golang.org/grpc":                "nothing here speaks it",
		"go.opentelemetry.io":                   "metrics are Prometheus'",
		"github.com/spf13/viper":                "the configuration is one small file",
		"github.com/stretchr/testify":           "tests only, and not ours",
		"testing":                               "tests only",
		"github.com/google/go-cmp":              "tests only",
		"helm.sh/helm":                          "sites are kustomizations",
		"github.com/santhosh-tekuri/jsonschema": "checked by our own decoder",
	}
	// The health rules of cli-utils name the core types; they are 1 MB.
	allowed := []string{"k8s.io/api/core/v1"}
	for _, p := range list(t, "-deps", "./cmd/lotsync") {
		for parent, why := range forbidden {
			if within(p.ImportPath, parent) && !slices.Contains(allowed, p.ImportPath) {
				t.Errorf("the agent links %s: %s\n(go mod why -m and go list -deps say who brings it)", p.ImportPath, why)
			}
		}
	}
}
