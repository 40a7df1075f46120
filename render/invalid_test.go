package render_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

const (
	tinySite = "nl/ams/0001"
	tinyDir  = "sites/" + tinySite + "/"
	baseDir  = "sites/base/"
)

// tiny is the smallest fleet that renders: a base with one Deployment, and a
// lot.
func tiny(changes map[string]string) sync.Snapshot {
	snap := sync.Snapshot{
		Site: tinySite, Dir: "sites", Revision: sync.Revision{Commit: "0123456789abcdef"},
		Files: map[string][]byte{}, Irregular: map[string]string{},
	}
	files := map[string]string{
		"sites/fleet.yaml":             "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\nspec:\n  edge:\n    ports: {mode: remap}\n",
		tinyDir + "site.yaml":          "apiVersion: lotsync.dev/v1alpha1\nkind: Site\nspec:\n  vars: {TARIFF: \"3.20\"}\n",
		tinyDir + "kustomization.yaml": "resources:\n- ../../../base\n",
		baseDir + "kustomization.yaml": "resources:\n- gate.yaml\n",
		baseDir + "gate.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: gate, namespace: parking}
spec:
  selector: {matchLabels: {app: gate}}
  template:
    metadata: {labels: {app: gate}}
    spec:
      containers:
      - {name: gate, image: "example.com/gate:1.0", env: [{name: TARIFF, value: "${site:vars.TARIFF}"}]}
`,
	}
	maps.Copy(files, changes)
	for name, content := range files {
		switch kind, irregular := strings.CutPrefix(content, "irregular:"); {
		case irregular:
			snap.Irregular[name] = kind
		case content != "":
			snap.Files[name] = []byte(content)
		}
	}
	return snap
}

// kustomization replaces the lot's.
func kustomization(lines ...string) map[string]string {
	return map[string]string{tinyDir + "kustomization.yaml": strings.Join(lines, "\n") + "\n"}
}

// resource adds a file to the lot's resources.
func resource(content string) map[string]string {
	files := kustomization("resources:", "- ../../../base", "- extra.yaml")
	files[tinyDir+"extra.yaml"] = content
	return files
}

type badInput struct {
	files map[string]string
	want  []string // what, where, what to do
}

func badInputs() map[string]badInput {
	all := map[string]badInput{}
	for _, table := range []map[string]badInput{badAddresses(), badPaths(), badFiles(), badObjects(), bombs()} {
		maps.Copy(all, table)
	}
	return all
}

// badAddresses has a URL in each field that can name one.
func badAddresses() map[string]badInput {
	out := map[string]badInput{}
	for field, lines := range map[string][]string{
		"resources[0]":                        {"resources:", "- https://example.com/gate.yaml"},
		"resources[1]":                        {"resources:", "- ../../../base", "- git@example.com:fleet/base.git"},
		"resources[2]":                        {"resources:", "- ../../../base", "- ../../../base", "- github.com/example/base"},
		"resources[3]":                        {"resources:", "- ../../../base", "- ../../../base", "- ../../../base", "- ssh://git@example.com/base"},
		"bases[0]":                            {"bases:", "- git::https://example.com/base"},
		"components[0]":                       {"components:", "- file:///tmp/base"},
		"components[1]":                       {"components:", "- ../../../base", "- base?ref=main"},
		"crds[0]":                             {"crds:", "- https://example.com/crd.yaml"},
		"configurations[0]":                   {"configurations:", "- HTTPS://example.com/c.yaml"},
		"generators[0]":                       {"generators:", "- https://example.com/g.yaml"},
		"transformers[0]":                     {"transformers:", "- https://example.com/t.yaml"},
		"validators[0]":                       {"validators:", "- https://example.com/v.yaml"},
		"patchesStrategicMerge[0]":            {"patchesStrategicMerge:", "- https://example.com/p.yaml"},
		"patchesJson6902[0].path":             {"patchesJson6902:", "- path: https://example.com/p.yaml"},
		"patches[0].path":                     {"patches:", "- path: https://example.com/p.yaml"},
		"replacements[0].path":                {"replacements:", "- path: https://example.com/r.yaml"},
		"configMapGenerator[0].files[0]":      {"configMapGenerator:", "- name: a", "  files: [\"key=https://example.com/f\"]"},
		"configMapGenerator[0].envs[0]":       {"configMapGenerator:", "- name: a", "  envs: [\"https://example.com/f\"]"},
		"secretGenerator[0].env":              {"secretGenerator:", "- name: a", "  env: https://example.com/f"},
		"transformers[0]: path":               {"transformers:", "- |-", "  apiVersion: builtin", "  kind: PatchTransformer", "  metadata: {name: p}", "  path: https://example.com/p.yaml"},
		"generators[0]: files (in a builtin)": {"generators:", "- |-", "  apiVersion: builtin", "  kind: ConfigMapGenerator", "  metadata: {name: p}", "  files: [a=https://example.com/p]"},
	} {
		place, _, _ := strings.Cut(field, ":")
		out["a URL in "+field] = badInput{kustomization(lines...), []string{tinyDir + "kustomization.yaml", place, "is a URL", "copy what it points to"}}
	}
	return out
}

func badPaths() map[string]badInput {
	return map[string]badInput{
		"a missing base":                      {kustomization("resources:", "- ../../../bse"), []string{tinyDir + "kustomization.yaml", "resources[0]", "../../../bse", "no such file or folder", "correct the path"}},
		"a path out of the repository":        {kustomization("resources:", "- ../../../../../etc"), []string{"resources[0]", "outside of the repository"}},
		"an absolute path":                    {kustomization("resources:", "- /etc"), []string{"resources[0]", "outside of the repository"}},
		"a file outside of its kustomization": {kustomization("resources:", "- ../../../base/gate.yaml"), []string{"resources[0]", "file outside of", "refer to a folder"}},
		"a folder without a kustomization":    {map[string]string{baseDir + "kustomization.yaml": "", baseDir + "x.yaml": "a: 1"}, []string{"resources[0]", "sites/base", "no kustomization.yaml", "add one"}},
		"a cycle":                             {map[string]string{baseDir + "kustomization.yaml": "resources: [../nl/ams/0001]"}, []string{"refers to itself", "remove one"}},
		"two kustomizations in one folder":    {map[string]string{baseDir + "kustomization.yml": "resources: [gate.yaml]"}, []string{"sites/base", "more than one", "keep one"}},
		"a folder where a file is needed":     {kustomization("patches:", "- path: ../../../base"), []string{"patches[0].path", "is a folder", "name a file"}},
		"a symlink":                           {map[string]string{tinyDir + "link": "irregular:symlink"}, []string{tinyDir + "link", "is a symlink", "replace it"}},
		"a pointer of Git LFS":                {map[string]string{tinyDir + "big": "irregular:lfs pointer"}, []string{tinyDir + "big", "Git LFS", "git lfs untrack"}},
		"a submodule":                         {map[string]string{baseDir + "vendor": "irregular:submodule"}, []string{baseDir + "vendor", "is a submodule", "replace it"}},
	}
}

func badFiles() map[string]badInput {
	return map[string]badInput{
		"a site without a site.yaml":          {map[string]string{tinyDir + "site.yaml": ""}, []string{tinyDir + "site.yaml", "does not exist", "add it"}},
		"a fleet without a fleet.yaml":        {map[string]string{"sites/fleet.yaml": ""}, []string{"sites/fleet.yaml", "does not exist", "add it"}},
		"a misspelt field in fleet.yaml":      {map[string]string{"sites/fleet.yaml": "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\nspec:\n  edge: {prots: {mode: remap}}\n"}, []string{"sites/fleet.yaml:4", "spec.edge.prots", "unknown field", "did you mean ports"}},
		"a misspelt field in a kustomization": {kustomization("resource:", "- ../../../base"), []string{tinyDir + "kustomization.yaml", `"resource"`, "correct the field"}},
		"broken YAML in a kustomization":      {kustomization("resources: ["), []string{tinyDir + "kustomization.yaml", "is not YAML", "line 1", "correct it"}},
		"broken YAML in a resource":           {resource("a: b: c"), []string{tinyDir + "extra.yaml", "is not YAML", "correct it"}},
		"an openapi field":                    {kustomization("openapi: {version: v1.21.2}", "resources: [../../../base]"), []string{"openapi", "remove it"}},
		"a Helm chart":                        {kustomization("helmCharts:", "- {name: a, repo: \"https://example.com\"}"), []string{"helmCharts", "commit the rendered chart"}},
		"a container function":                {kustomization("resources: [../../../base]", "transformers:", "- |-", "  apiVersion: example.com/v1", "  kind: F", "  metadata: {name: f, annotations: {config.kubernetes.io/function: \"container: {image: x}\"}}"), []string{"transformers[0]", "only what is built into kustomize", "commit the result"}},
		"a patch that finds nothing":          {kustomization("resources: [../../../base]", "patches:", "- patch: |-", "    {apiVersion: apps/v1, kind: Deployment, metadata: {name: gone, namespace: parking}}"), []string{tinySite, "kustomize", "gone"}},
		"an empty kustomization":              {kustomization("resources: []"), []string{"renders to nothing", "add resources"}},
		"a kustomization with no objects":     {kustomization("namespace: parking"), []string{"renders to nothing", "remove everything", "add resources"}},
	}
}

func badObjects() map[string]badInput {
	configMap := func(metadata string) map[string]string {
		return resource("apiVersion: v1\nkind: ConfigMap\nmetadata: " + metadata + "\n")
	}
	joined := resource("apiVersion: v1\nkind: Namespace\nmetadata: {name: parking}\n")
	joined[tinyDir+"site.yaml"] = "apiVersion: lotsync.dev/v1alpha1\nkind: Site\nspec: {topology: joined, vars: {TARIFF: \"1\"}}\n"
	custom := resource("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: lots.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Lot}}\n---\napiVersion: example.com/v1\nkind: Lot\nmetadata: {name: a}\n")
	custom[tinyDir+"site.yaml"] = joined[tinyDir+"site.yaml"]
	return map[string]badInput{
		"an object without a name":                         {configMap("{namespace: a}"), []string{tinyDir + "extra.yaml:1", "ConfigMap: metadata.name is missing", "add it"}},
		"an object with generateName":                      {configMap("{generateName: a-}"), []string{tinyDir + "extra.yaml:1", "metadata.generateName", "give it a name"}},
		"an object without a kind":                         {resource("apiVersion: v1\nmetadata: {name: a}\n"), []string{tinyDir + "extra.yaml:1", "without a kind", "add it"}},
		"a list for an object":                             {resource("- a\n"), []string{tinyDir + "extra.yaml:1", "is no object", "give it apiVersion"}},
		"one object twice":                                 {resource("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate, namespace: parking}\n"), []string{"extra.yaml", "gate", "already registered", "correct"}},
		"one object twice, by a variable":                  {resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a-3.20}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a-${site:vars.TARIFF}\"}\n"), []string{tinyDir + "extra.yaml", "ConfigMap a-3.20", "comes twice", "rename"}},
		"another site's label":                             {configMap("{name: a, labels: {lotsync.dev/site: nl.ams.0002}}"), []string{tinyDir + "extra.yaml", "ConfigMap a", "another site's", "remove the label"}},
		"an unknown variable":                              {configMap("{name: a, annotations: {x: \"${site:vars.TARIF}\"}}"), []string{tinyDir + "extra.yaml", "ConfigMap a", "metadata.annotations.x", "${site:vars.TARIF} is unknown", "TARIFF"}},
		"a Namespace on a joined lot":                      {joined, []string{tinyDir + "extra.yaml", "Namespace parking", "belongs to the whole cluster", "move it"}},
		"a cluster-scoped custom resource on a joined lot": {custom, []string{"Lot.example.com a", "CustomResourceDefinition.apiextensions.k8s.io lots.example.com", "belongs to the whole cluster"}},
	}
}

// aliasBomb grows tenfold with each level.
func aliasBomb(levels int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n")
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d,", i-1), 10), ","))
	}
	return b.String()
}

// bombs are small files that grow.
func bombs() map[string]badInput {
	aliases := aliasBomb(9)
	var keys, objects strings.Builder
	keys.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n")
	for i := range 20000 {
		fmt.Fprintf(&keys, "  k%d: v\n", i)
	}
	for i := range 3000 {
		fmt.Fprintf(&objects, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a%d}\n", i)
	}
	doubling := map[string]string{tinyDir + "kustomization.yaml": "resources: [a0, b0]\n"}
	for _, side := range []string{"a", "b"} {
		doubling[fmt.Sprintf("%s%s12/kustomization.yaml", tinyDir, side)] = "namespace: a\n"
	}
	for i := range 12 {
		for _, side := range []string{"a", "b"} {
			doubling[fmt.Sprintf("%s%s%d/kustomization.yaml", tinyDir, side, i)] = fmt.Sprintf("resources: [../a%d, ../b%d]\n", i+1, i+1)
		}
	}
	return map[string]badInput{
		"an alias bomb":                       {resource(aliases), []string{tinyDir + "extra.yaml:", "more than 100000 values", "remove anchors"}},
		"an alias bomb in a kustomization":    {kustomization(aliases), []string{tinyDir + "kustomization.yaml:", "more than 100000 values"}},
		"an alias bomb in an inline patch":    {kustomization("resources: [../../../base]", "patches:", "- patch: |-", "    "+strings.ReplaceAll(aliases, "\n", "\n    ")), []string{"patches[0].patch", "more than 100000 values"}},
		"9000 nested maps":                    {resource("a: " + strings.Repeat("{a: ", 9000) + strings.Repeat("}", 9000)), []string{tinyDir + "extra.yaml:1", "64 levels deep", "flatten"}},
		"a ConfigMap of 20000 keys":           {resource(keys.String()), []string{tinyDir + "extra.yaml:", "20000 entries", "split it"}},
		"3000 objects":                        {resource(objects.String()), []string{"more than 300 objects", "split the lot"}},
		"a large file":                        {resource("# " + strings.Repeat("x", 300<<10)), []string{tinyDir + "extra.yaml", "at most 262144", "keep large files out"}},
		"kustomizations that double 12 times": {doubling, []string{"more than 100 kustomizations", "fewer levels"}},
		"an env file of 20000 lines": {
			map[string]string{tinyDir + "kustomization.yaml": "configMapGenerator:\n- {name: a, envs: [e]}\n", tinyDir + "e": strings.Repeat("A=b\n", 20000)},
			[]string{"configMapGenerator[0].envs[0]", "20000 lines", "split it"},
		},
	}
}

func TestBadInputIsRefusedWithWhatAndWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	for name, test := range badInputs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := render.Build(tiny(test.files), render.DefaultLimits())
			if err == nil {
				t.Fatalf("it was rendered:\n%s", out.Manifest)
			}
			if !errors.Is(err, sync.ErrInvalid) {
				t.Errorf("%v: want sync.ErrInvalid", err)
			}
			for _, want := range append(test.want, "site "+tinySite, "0123456789ab") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message lacks %q:\n%s", want, err)
				}
			}
			if strings.Contains(err.Error(), "/repository") {
				t.Errorf("the message names an internal path:\n%s", err)
			}
		})
	}
}

func TestASiteThatDoesNotExistIsNamed(t *testing.T) {
	t.Parallel()
	snap := tiny(nil)
	snap.Site = "nl/ams/9999"
	_, err := render.New(render.DefaultOptions()).Render(t.Context(), snap)
	want := "site nl/ams/9999 at commit 0123456789ab: the site does not exist: there is no folder sites/nl/ams/9999"
	if !errors.Is(err, sync.ErrInvalid) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want sync.ErrInvalid and %q", err, want)
	}
}

func TestWhatOnlyTheClusterCanJudgeIsRendered(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a kind that nobody knows": resource("apiVersion: example.com/v1\nkind: Unheard\nmetadata: {name: a}\n"),
		"an unknown field":         resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nsurprise: 1\n"),
		"a few anchors":            resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &n a, labels: {x: *n}}\n"),
		"a list of objects":        resource("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"),
		"a URL in an annotation":   resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {see: \"https://example.com\"}}\n"),
		"a date without quotes":    resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {since: 2026-11-23}}\n"),
		"an order of its own":      kustomization("sortOptions: {order: fifo}", "resources: [../../../base]"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := render.Build(tiny(files), render.DefaultLimits()); err != nil {
				t.Error(err)
			}
		})
	}
}
