package share_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// invented is a small fleet with features of kustomize picked by chance: a base,
// two regions, two components, and lots.
type invented struct {
	dice  *rand.Rand
	files map[string][]byte
}

func invent(seed uint64) invented {
	f := invented{dice: rand.New(rand.NewPCG(seed, 7)), files: map[string][]byte{}}
	f.kustomization("base", "Kustomization", f.resources("base"), nil)
	f.kustomization("region", "Kustomization", append(f.maybe(4, f.resources("region")...), "../base"), f.components("../"))
	f.kustomization("other", "Kustomization", append(f.maybe(2, f.resources("other")...), "../base"), nil)
	f.kustomization("part", "Component", f.maybe(2, f.resources("part")...), nil)
	f.kustomization("nested", "Component", f.maybe(3, f.resources("nested")...), f.maybe(2, "../part"))
	for i := range 3 {
		dir := fmt.Sprintf("lots/%d", i)
		parents := []string{"../../region"}
		switch f.dice.IntN(6) {
		case 0:
			parents = []string{"../../region", "../../other"} // the base twice
		case 1:
			parents = []string{"../../base"}
		case 2:
			parents = []string{"../../other"}
		}
		f.kustomization(dir, "Kustomization", append(parents, f.maybe(3, f.resources(dir)...)...), f.components("../../"))
	}
	return f
}

func (f invented) one(n int) bool { return f.dice.IntN(n) == 0 }

func (f invented) maybe(n int, values ...string) []string {
	if f.one(n) {
		return values
	}
	return nil
}

func (f invented) pick(values ...string) string { return values[f.dice.IntN(len(values))] }

func (f invented) components(up string) []string {
	return append(f.maybe(3, up+"part"), f.maybe(4, up+"nested")...)
}

func (f invented) file(dir, name, content string) string {
	f.files[dir+"/"+name] = []byte(content)
	return name
}

// resources writes some objects, whose names contain the folder's unless they
// are the base's.
func (f invented) resources(dir string) []string {
	own := strings.ReplaceAll(dir, "/", "-") + "-"
	if dir == "base" {
		own = ""
	}
	var docs []string
	for _, kind := range kinds() {
		if dir == "base" && !f.one(5) || f.one(6) {
			docs = append(docs, strings.ReplaceAll(kind, "@", own))
		}
	}
	if len(docs) == 0 {
		docs = append(docs, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "+own+"only}\n")
	}
	f.dice.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	at := f.dice.IntN(len(docs))
	names := []string{f.file(dir, "a.yaml", "# the first\n"+strings.Join(docs[at:], "---\n"))}
	if at > 0 {
		names = append(names, f.file(dir, "b.yaml", strings.Join(docs[:at], "---\n# another\n")))
	}
	return names
}

// kustomization writes one with features picked by chance: mostly, one that
// builds.
func (f invented) kustomization(dir, kind string, resources, components []string) {
	for range 12 {
		f.write(dir, kind, resources, components)
		try := dir
		if kind == "Component" {
			try = "try"
			f.file(try, "kustomization.yaml", "resources: [../base]\ncomponents: [../"+dir+"]\n")
		}
		if _, err := plain(f.files, try); err == nil || f.one(20) {
			return
		}
	}
}

func (f invented) write(dir, kind string, resources, components []string) {
	version := "kustomize.config.k8s.io/v1beta1"
	if kind == "Component" {
		version = "kustomize.config.k8s.io/v1alpha1"
	}
	var k strings.Builder
	fmt.Fprintf(&k, "apiVersion: %s\nkind: %s\n", version, kind)
	list := func(name string, values []string) {
		if len(values) > 0 {
			fmt.Fprintf(&k, "%s: [%s]\n", name, strings.Join(values, ", "))
		}
	}
	list("resources", resources)
	list("components", components)
	if f.one(3) {
		fmt.Fprintf(&k, "namespace: %s\n", f.pick("parking", "lot", "default", `"123"`))
	}
	if f.one(6) {
		fmt.Fprintf(&k, "namePrefix: %s-\n", f.pick("p", "q"))
	}
	if f.one(8) {
		fmt.Fprintf(&k, "nameSuffix: -%s\n", f.pick("s", "t"))
	}
	for _, feature := range []func(string) string{f.labels, f.common, f.images, f.generators, f.patches, f.legacy, f.replacements, f.rare} {
		k.WriteString(feature(dir))
	}
	f.file(dir, "kustomization.yaml", k.String())
}

func (f invented) labels(string) string {
	var s strings.Builder
	for i := range f.dice.IntN(3) {
		if i == 0 {
			s.WriteString("labels:\n")
		}
		fmt.Fprintf(&s, "- pairs: {%s: %s}\n", f.pick("part-of", "tier", "app"), f.pick("parking", "edge", `"1"`, `"true"`))
		switch f.dice.IntN(6) {
		case 0:
			s.WriteString("  includeSelectors: true\n")
		case 1, 2:
			s.WriteString("  includeTemplates: true\n")
		case 3:
			s.WriteString("  includeVolumeClaimTemplates: true\n")
		case 4:
			s.WriteString("  fields: [{path: spec/custom/labels, create: true, kind: Lot}]\n")
		}
	}
	return s.String()
}

func (f invented) common(string) string {
	s := ""
	if f.one(6) {
		s += fmt.Sprintf("commonLabels: {owner: %s}\n", f.pick("parkco", "city"))
	}
	if f.one(5) {
		s += fmt.Sprintf("commonAnnotations: {note: %s, other: \"2\"}\n", f.pick("a", "b", `"7"`))
	}
	if f.one(6) {
		s += fmt.Sprintf("replicas: [{name: %s, count: %d}]\n", f.pick("gate", "gate", "store", "nobody"), f.dice.IntN(4))
	}
	return s
}

func (f invented) images(string) string {
	if !f.one(4) {
		return ""
	}
	return fmt.Sprintf("images:\n- name: %s\n  %s\n", f.pick("nginx", "registry.example.com/gate", "sidecar", "ngin.", "registry.example.com/(gate|x)"),
		f.pick(`newTag: "2"`, "newName: other.example.com/x", "digest: sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3", "tagSuffix: -edge"))
}

func (f invented) generators(dir string) string {
	var s strings.Builder
	if f.one(3) {
		name, behavior := f.pick("settings", "made", "only"), ""
		if dir != "base" {
			behavior = f.pick("", "  behavior: merge\n", "  behavior: merge\n", "  behavior: replace\n")
		}
		f.file(dir, "data.conf", "x = "+f.pick("1", "2")+"\n")
		fmt.Fprintf(&s, "configMapGenerator:\n- name: %s\n%s  literals: [a=%s, from=%s]\n", name, behavior, f.pick("1", "true", "x"), dir)
		s.WriteString(f.pick("", "  files: [data.conf, named=data.conf]\n", "  options: {disableNameSuffixHash: true, labels: {made: here}, immutable: true}\n", "  namespace: parking\n"))
	}
	if f.one(5) {
		f.file(dir, "secret.env", "USER=u\nPASS="+f.pick("1", "2")+"\n")
		fmt.Fprintf(&s, "secretGenerator:\n- name: %s\n  envs: [secret.env]\n  type: Opaque\n", f.pick("login", "token"))
		if dir != "base" && f.one(2) {
			fmt.Fprintf(&s, "  behavior: %s\n", f.pick("merge", "replace"))
		}
	}
	if s.Len() > 0 && f.one(4) {
		s.WriteString("generatorOptions: {annotations: {by: generator}, disableNameSuffixHash: " + f.pick("true", "false") + "}\n")
	}
	return s.String()
}

func (f invented) patches(dir string) string {
	var s strings.Builder
	for i := range f.dice.IntN(4) {
		if i == 0 {
			s.WriteString("patches:\n")
		}
		text, target := f.merge(), ""
		if f.one(3) {
			text, target = f.jsonPatch(), f.target()
		} else if f.one(4) {
			target = f.target()
		}
		if f.one(3) {
			name := fmt.Sprintf("patch%d.yaml", i)
			f.file(dir, name, text)
			fmt.Fprintf(&s, "- path: %s\n", name)
		} else {
			fmt.Fprintf(&s, "- patch: |-\n    %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    "))
		}
		if target != "" {
			fmt.Fprintf(&s, "  target: %s\n", target)
		}
		if f.one(8) {
			fmt.Fprintf(&s, "  options: {allowNameChange: %s, allowKindChange: %s}\n", f.pick("true", "false"), f.pick("true", "false"))
		}
	}
	return s.String()
}

func (f invented) target() string {
	return f.pick("{kind: Deployment}", "{kind: Deployment, name: gate}", "{name: gat.*}", "{labelSelector: part-of=parking}",
		"{kind: ConfigMap, name: settings}", "{version: v1, kind: Service}", "{annotationSelector: note=a}", "{namespace: parking, kind: Deployment}", "{kind: Nothing}")
}

func (f invented) merge() string {
	return f.pick(
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate, labels: {part-of: "+f.pick("other", `"5"`)+"}}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate}\nspec:\n  template:\n    metadata: {labels: {part-of: patched}}\n    spec:\n      containers:\n      - name: gate\n        env: [{name: TZ, value: Europe/Amsterdam}]\n      - {name: extra, image: nginx}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: sidecar, $patch: delete}\n",
		"apiVersion: v1\nkind: Service\nmetadata: {name: gate}\n$patch: delete\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, annotations: null}\ndata: {a: "+f.pick(`"3"`, "x")+", c: null}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {b: \"3\"}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: gate}\nspec: {type: NodePort}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {extra: \"1\"}\n",
		"apiVersion: example.com/v1\nkind: Lot\nmetadata: {name: lot}\nspec: {bays: [9], custom: {labels: {a: b}}}\n",
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: store}\nspec: {replicas: 2, serviceName: renamed}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: renamed}\nspec: {paused: true}\n",
		"# nothing\n",
	)
}

func (f invented) jsonPatch() string {
	return f.pick(
		"- {op: add, path: /metadata/labels/json, value: \"1\"}\n",
		"- {op: add, path: /metadata/annotations/json, value: yes}\n",
		"- {op: replace, path: /spec/replicas, value: 3}\n",
		"- {op: remove, path: /metadata/labels}\n",
		"- {op: remove, path: /metadata/annotations}\n",
		`[{"op": "add", "path": "/spec/template/spec/priorityClassName", "value": "critical"}]`+"\n",
		"- {op: replace, path: /metadata/name, value: gate2}\n",
		"- {op: add, path: /data, value: {z: \"1\"}}\n",
	)
}

func (f invented) legacy(dir string) string {
	s := ""
	if f.one(8) {
		f.file(dir, "old.yaml", f.merge())
		s += "patchesStrategicMerge: [old.yaml]\n"
	}
	if f.one(10) {
		f.file(dir, "json.yaml", f.jsonPatch())
		s += "patchesJson6902: [{path: json.yaml, target: {group: apps, version: v1, kind: Deployment, name: gate}}]\n"
	}
	return s
}

func (f invented) replacements(dir string) string {
	if !f.one(5) {
		return ""
	}
	r := fmt.Sprintf("source: {kind: %s, name: %s, fieldPath: %s}\n  targets:\n  - select: {kind: %s}\n    fieldPaths: [%s]\n    options: {create: %s}\n",
		f.pick("ConfigMap", "Deployment"), f.pick("settings", "gate"), f.pick("data.a", "metadata.name", "metadata.labels", "metadata.namespace"),
		f.pick("Service", "Deployment", "Lot"), f.pick("metadata.annotations.copied", "spec.copied", "metadata.labels.app"), f.pick("true", "false"))
	if f.one(3) {
		f.file(dir, "replacement.yaml", strings.ReplaceAll(r, "\n  ", "\n"))
		return "replacements: [{path: replacement.yaml}]\n"
	}
	return "replacements:\n- " + r
}

// rare are features that are left to kustomize, and mistakes.
func (f invented) rare(string) string {
	if !f.one(25) {
		return ""
	}
	return f.pick("vars: [{name: V, objref: {kind: Service, name: gate, apiVersion: v1}}]\n", "sortOptions: {order: fifo}\n",
		"buildMetadata: [originAnnotations]\n", "unknown: field\n", "openapi: {version: v1.20.4}\n", "namespace: [x]\n")
}
