package sites_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sites"
)

// minimumLots is what the fleet must at least show.
const minimumLots = 12

// lot is one site as it comes out of a plain build: no edge profile, no variables.
type lot struct {
	name    string
	spec    siteFile
	objects []object
	text    string
}

// siteFile is what these tests read of a site.yaml; strictly, so that a misspelt
// field fails here too.
type siteFile struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Vars     map[string]string `json:"vars"`
		TimeZone string            `json:"timeZone"`
		Topology string            `json:"topology"`
		Node     struct {
			Memory string `json:"memory"`
			Arch   string `json:"arch"`
		} `json:"node"`
		Edge map[string]any `json:"edge"`
	} `json:"spec"`
}

func TestEveryLotOfTheFleetBuilds(t *testing.T) {
	t.Parallel()
	lots := buildFleet(t)
	if len(lots) < minimumLots {
		t.Fatalf("the fleet has %d lots, want at least %d", len(lots), minimumLots)
	}
	countries := map[string]bool{}
	seen := map[string]string{}
	for _, l := range lots {
		countries[strings.Split(l.name, "/")[0]] = true
		if other, ok := seen[l.text]; ok {
			t.Errorf("%s and %s render to the same objects", other, l.name)
		}
		seen[l.text] = l.name
		if n := len(l.objects); n < 25 || n > 40 {
			t.Errorf("%s: %d objects, want 25 to 40", l.name, n)
		}
	}
	if len(countries) < 3 {
		t.Errorf("lots in %d countries, want at least 3", len(countries))
	}
}

func TestEveryLotKeepsTheRulesOfTheFleet(t *testing.T) {
	t.Parallel()
	rules := map[string]func(*testing.T, lot){
		"its name and its labels are well formed":           nameIsWellFormed,
		"its variables are defined, and all are used":       variablesAreDefined,
		"its namespace fits its topology":                   namespaceFitsTopology,
		"images are pinned to a tag":                        imagesArePinned,
		"containers have requests and limits that fit a Pi": limitsFit,
		"containers listen above 1023, each on its own":     portsAreFree,
		"what serves is probed":                             serversAreProbed,
		"pods ask for no privilege":                         podsAreRestricted,
		"services reach a port that their pods have":        servicesReachPods,
	}
	for _, l := range buildFleet(t) {
		for sentence, check := range rules {
			t.Run(l.name+": "+sentence, func(t *testing.T) {
				t.Parallel()
				check(t, l)
			})
		}
	}
}

func TestJoinedLotsShareNoNodePort(t *testing.T) {
	t.Parallel()
	owner := map[int]string{}
	for _, l := range buildFleet(t) {
		if l.spec.Spec.Topology != "joined" {
			continue
		}
		for _, p := range l.nodePorts() {
			if other, ok := owner[p]; ok {
				t.Errorf("node port %d: both %s and %s claim it", p, other, l.name)
			}
			owner[p] = l.name
		}
	}
	if len(owner) == 0 {
		t.Error("no joined lot has a node port: this test would show nothing")
	}
}

func TestTheFirstTestIsStillThere(t *testing.T) {
	t.Parallel()
	for _, l := range buildFleet(t) {
		if l.name != "nl/ams/0001" {
			continue
		}
		web := l.find(t, "apps/v1", "Deployment", "web")
		c := web.pod(t).Containers[0]
		if !strings.HasPrefix(c.Image, "nginxinc/nginx-unprivileged:") || c.Ports[0].ContainerPort != 8080 || c.LivenessProbe.HTTPGet == nil {
			t.Errorf("web runs %s on %v with liveness probe %v", c.Image, c.Ports, c.LivenessProbe)
		}
		if got := l.nodePorts(); !slices.Contains(got, 30123) {
			t.Errorf("node ports %v, want 30123 among them", got)
		}
		return
	}
	t.Error("nl/ams/0001 is not in the fleet")
}

func TestEmbeddedFilesAreThoseOfTheFolder(t *testing.T) {
	t.Parallel()
	got := list(t, sites.Files())
	want := slices.DeleteFunc(list(t, os.DirFS(".")), func(name string) bool {
		return path.Ext(name) == ".go" || name == "README.md"
	})
	if !slices.Equal(got, want) {
		t.Errorf("embedded:\n%s\nin the folder:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// buildFleet renders every folder that has a site.yaml.
func buildFleet(t *testing.T) []lot {
	t.Helper()
	fsys := copyInto(t, sites.Files())
	var lots []lot
	for _, name := range list(t, sites.Files()) {
		if path.Base(name) != "site.yaml" {
			continue
		}
		lots = append(lots, buildLot(t, fsys, path.Dir(name)))
	}
	return lots
}

func buildLot(t *testing.T, fsys filesys.FileSystem, name string) lot {
	t.Helper()
	l := lot{name: name}
	raw, err := fsys.ReadFile("/sites/" + name + "/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(raw, &l.spec); err != nil {
		t.Fatalf("%s/site.yaml: %v", name, err)
	}
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	resources, err := krusty.MakeKustomizer(options).Run(fsys, "/sites/"+name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := resources.AsYaml()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	l.text = string(text)
	for _, r := range resources.Resources() {
		l.objects = append(l.objects, parseObject(t, r.MustYaml()))
	}
	return l
}

func copyInto(t *testing.T, files fs.FS) filesys.FileSystem {
	t.Helper()
	fsys := filesys.MakeFsInMemory()
	for _, name := range list(t, files) {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := fsys.WriteFile("/sites/"+name, data); err != nil {
			t.Fatal(err)
		}
	}
	return fsys
}

func list(t *testing.T, files fs.FS) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func nameIsWellFormed(t *testing.T, l lot) {
	t.Helper()
	if !regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+$`).MatchString(l.name) || len(l.name) > 63 {
		t.Errorf("the path is not <country>/<city>/<lot>")
	}
	s := l.spec
	if s.APIVersion != "lotsync.dev/v1alpha1" || s.Kind != "Site" {
		t.Errorf("site.yaml is a %s %s", s.APIVersion, s.Kind)
	}
	if s.Metadata.Labels["ring"] == "" || s.Metadata.Labels["operator"] == "" {
		t.Errorf("labels %v, want ring and operator", s.Metadata.Labels)
	}
	if s.Spec.TimeZone == "" || s.Spec.Node.Memory == "" || s.Spec.Node.Arch == "" {
		t.Errorf("time zone, memory or architecture is missing in site.yaml")
	}
}

func variablesAreDefined(t *testing.T, l lot) {
	t.Helper()
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{site:vars\.([^}]+)\}`).FindAllStringSubmatch(l.text, -1) {
		used[m[1]] = true
	}
	got := slices.Sorted(maps.Keys(used))
	if want := slices.Sorted(maps.Keys(l.spec.Spec.Vars)); !slices.Equal(got, want) {
		t.Errorf("the objects use %v, site.yaml defines %v", got, want)
	}
	if !strings.Contains(l.text, "${GATES:?") {
		t.Error("no plain ${X} of a shell script is left: this lot would not show that it is spared")
	}
}
