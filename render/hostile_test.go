package render_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// repeated is n times the text, # being the number.
func repeated(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// blowUps are small folders that kustomize would make large, or never end with.
func blowUps() map[string]badInput {
	with := func(kustomization string, files map[string]string) map[string]string {
		files[tinyDir+"kustomization.yaml"] = "resources: [../../../base]\n" + kustomization
		return files
	}
	envs := map[string]string{}
	for i := range 5 {
		envs[fmt.Sprintf("%se%d", tinyDir, i)] = repeated(2000, fmt.Sprintf("A%d_#=b\n", i))
	}
	plugin := func(name string) string {
		return "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\ntarget: {kind: Deployment}\npath: " + name + "\n"
	}
	return map[string]badInput{
		"one file under 2000 names":         {with("configMapGenerator:\n- name: a\n  files:\n"+repeated(2000, "  - k#=f\n"), map[string]string{tinyDir + "f": strings.Repeat("x", 200<<10)}), []string{"configMapGenerator[0].files[10]", "2097152 bytes", "use fewer"}},
		"five env files of 2000 lines":      {with("configMapGenerator:\n- {name: a, envs: [e0, e1, e2, e3, e4]}\n", envs), []string{"configMapGenerator[0].envs[1]", "more than 2000 keys", "split it"}},
		"24 generated objects of 1900 keys": {with("configMapGenerator:\n"+repeated(24, "- {name: g#, envs: [e]}\n"), map[string]string{tinyDir + "e": repeated(1900, "k#=v\n")}), []string{"configMapGenerator[4].envs[0]", "more than 8000 keys", "generate fewer"}},
		"20 merges of 1000 keys":            {with("configMapGenerator:\n- {name: g, envs: [e]}\n"+repeated(20, "- {name: g, behavior: merge, envs: [e]}\n"), map[string]string{tinyDir + "e": repeated(1000, "k#=v\n")}), []string{"more than 8000 keys", "generate fewer"}},
		"1000 generators in a plugin":       {with("generators: [g.yaml]\n", map[string]string{tinyDir + "g.yaml": repeated(1000, "---\napiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: t#}\nname: t#\nliterals: [a=b]\n")}), []string{"generators[0]", "more than 300 objects", "split the lot"}},
		"an alias bomb in a plugin's file":  {with("transformers: [t.yaml]\n", map[string]string{tinyDir + "t.yaml": plugin("p.yaml"), tinyDir + "p.yaml": aliasBomb(6)}), []string{"transformers[0]", tinyDir + "p.yaml:", "more than 100000 values"}},
		"copies that double":                {with("patches:\n- target: {kind: Deployment}\n  patch: |-\n"+repeated(30, "    - {op: copy, from: /spec, path: /spec/x#}\n"), map[string]string{}), []string{"patches[0].patch", "more than 8 operations", "write the values out"}},
		"a type that refers to itself":      {with("crds: [crd.json]\n", map[string]string{tinyDir + "crd.json": `{"a.A":{"Schema":{"properties":{"kind":{},"apiVersion":{},"metadata":{},"x":{"$ref":"a.A"}}}}}`}), []string{"crds[0]", tinyDir + "crd.json", "refers to itself", "remove the $ref"}},
		"1500 objects in lists in a list":   {resource("apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: [" + repeated(1500, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a#}},") + "]}]\n"), []string{"more than 300 objects", "split the lot"}},
		"100 patches of whatever there is":  {heavy(repeated(100, "- {target: {kind: ConfigMap}, patch: '[{op: add, path: /data/k#, value: v}]'}\n"), "patches:\n"), []string{tinyDir + "kustomization.yaml: patches", "times 2", "names one object"}},
		"1000 images":                       {heavy(repeated(1000, "- {name: a#, newTag: b}\n"), "images:\n"), []string{tinyDir + "kustomization.yaml: patches", "weigh 200", "use fewer"}},
		"1000 labels":                       {heavy("- pairs: {"+repeated(1000, "a#: b, ")+"}\n", "labels:\n"), []string{tinyDir + "kustomization.yaml: patches", "use fewer"}},
		"100 replacements of all":           {heavy(repeated(100, "- {source: {kind: ConfigMap, name: a0}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k]}]}\n"), "replacements:\n"), []string{tinyDir + "kustomization.yaml: patches", "use fewer"}},
		"a key that comes twice":            {resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: b\n  a: c\n"), []string{tinyDir + "extra.yaml:6", "a is given twice", "line 5", "remove one"}},
		"infinity":                          {resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: .inf\n"), []string{tinyDir + "extra.yaml:4", ".inf", "put it into quotes"}},
		"an anchor within itself":           {resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: &x [*x, *x]\n"), []string{tinyDir + "extra.yaml:4", "64 levels deep", "flatten"}},
		"60000 empty documents":             {resource(strings.Repeat("---\n", 60000)), []string{tinyDir + "extra.yaml:", "more than 100000 values"}},
		"100000 dashes":                     {resource(strings.Repeat("- ", 100000)), []string{tinyDir + "extra.yaml", "is not YAML", "max depth"}},
		"an alias bomb in site.yaml":        {map[string]string{tinyDir + "site.yaml": aliasBomb(9)}, []string{tinyDir + "site.yaml:", "unknown field"}},
		"an alias bomb in fleet.yaml":       {map[string]string{"sites/fleet.yaml": aliasBomb(9)}, []string{"sites/fleet.yaml:", "unknown field"}},
	}
}

// heavy has 280 objects, and a list of what changes them all.
func heavy(list, field string) map[string]string {
	objects := repeated(280, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a#}\ndata: {k: v}\n")
	return map[string]string{
		tinyDir + "kustomization.yaml": "resources: [../../../base, extra.yaml]\n" + field + list,
		tinyDir + "extra.yaml":         objects,
	}
}

func TestHostileFoldersAreRefusedInTimeByTheChildAsInProcess(t *testing.T) {
	t.Parallel()
	all := blowUps()
	maps.Copy(all, bombs())
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, inProcess := render.Build(tiny(test.files), render.DefaultLimits())
			if !errors.Is(inProcess, sync.ErrInvalid) {
				t.Fatalf("in process: got %v, want sync.ErrInvalid", inProcess)
			}
			for _, want := range test.want {
				if !strings.Contains(inProcess.Error(), want) {
					t.Errorf("the message lacks %q:\n%s", want, inProcess)
				}
			}
			var usage render.Usage
			options := render.DefaultOptions()
			options.Observe = func(u render.Usage) { usage = u }
			_, err := render.New(options).Render(t.Context(), tiny(test.files))
			if err == nil || err.Error() != inProcess.Error() {
				t.Errorf("the child says\n%v\nin process it is\n%v", err, inProcess)
			}
			if usage.CPU > 2*time.Second {
				t.Errorf("the child took %s, want at most 2s", usage.CPU)
			}
		})
	}
}

func TestRememberedFilesAreJudgedAsNewOnes(t *testing.T) {
	t.Parallel()
	var snaps []sync.Snapshot
	var names []string
	all := blowUps()
	maps.Copy(all, badInputs())
	for name, test := range all {
		snaps, names = append(snaps, tiny(test.files)), append(names, name)
	}
	for _, files := range []map[string]string{nil, resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")} {
		snaps, names = append(snaps, tiny(files)), append(names, "a good lot")
	}
	without, with := render.PreflightTwice(snaps, render.DefaultLimits())
	for i := range snaps {
		if fmt.Sprint(without[i]) != fmt.Sprint(with[i]) {
			t.Errorf("%s: with a memory\n%v\nwithout\n%v", names[i], with[i], without[i])
		}
	}
}
