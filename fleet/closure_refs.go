package fleet

import (
	"path"
	"strings"
)

// The longest paths that are followed, in bytes.
const (
	maxPath = 1024
	maxName = 255 // of one segment: what disks take
)

// kustomizationRefs lists what a kustomization in the folder dir refers to.
// Where config is set, its resources configure generators and transformers.
func kustomizationRefs(docs []node, dir, config string) []reference {
	var refs refs
	for _, doc := range docs {
		for _, key := range []string{"resources", "bases", "components"} {
			refs.add(dir, config, doc.field(key).scalars()...)
		}
		for _, key := range []string{"crds", "configurations"} {
			refs.add(dir, "", doc.field(key).scalars()...)
		}
		for _, key := range []string{"patches", "patchesJson6902", "replacements"} {
			refs.paths(dir, doc.field(key))
		}
		refs.add(dir, "", doc.field("patchesStrategicMerge").scalars()...)
		refs.add(dir, "", doc.field("openapi").field("path").scalars()...)
		for _, key := range []string{"configMapGenerator", "secretGenerator"} {
			refs.sources(dir, doc.field(key))
		}
		for _, key := range []string{"generators", "transformers", "validators"} {
			refs.plugins(dir, doc.field(key))
		}
		if config != "" {
			// What is generated or patched here configures a plugin, too.
			refs = append(refs, configRefs([]node{doc}, config)...)
		}
	}
	return refs
}

// configRefs lists the files that a generator's or transformer's configuration
// names, from the folder dir.
func configRefs(docs []node, dir string) []reference {
	var refs refs
	for _, doc := range docs {
		refs.add(dir, "", doc.field("path").scalars()...)
		refs.add(dir, "", doc.field("paths").scalars()...)
		refs.paths(dir, doc.field("replacements"))
		refs.sources(dir, doc)
	}
	return refs
}

// refs gathers references.
type refs []reference

// add takes the paths that lie in the repository, as they count from dir. The
// rest, URLs and inline YAML among it, is the renderer's to report.
func (r *refs) add(dir, config string, paths ...string) {
	for _, p := range paths {
		if p == "" || len(p) > maxPath || path.IsAbs(p) || strings.ContainsAny(p, "\n\x00") {
			continue
		}
		full := path.Join(dir, p)
		if full == ".." || strings.HasPrefix(full, "../") || !storable(full) {
			continue
		}
		*r = append(*r, reference{path: full, config: config})
	}
}

// storable reports whether a path may be one of a file. A patch that is written
// in the place of a path mostly is none.
func storable(name string) bool {
	for segment := range strings.SplitSeq(name, "/") {
		if len(segment) > maxName {
			return false
		}
	}
	return true
}

// paths takes the path field of each item.
func (r *refs) paths(dir string, list node) {
	for _, item := range list.items() {
		r.add(dir, "", item.field("path").scalars()...)
	}
}

// sources takes the files that ConfigMaps and Secrets are made from.
func (r *refs) sources(dir string, list node) {
	for _, item := range list.items() {
		for _, file := range item.field("files").scalars() {
			r.add(dir, "", afterKey(file))
		}
		r.add(dir, "", item.field("envs").scalars()...)
		r.add(dir, "", item.field("env").scalars()...)
	}
}

// plugins takes what configures generators and transformers: files, folders,
// or YAML in the place of a path.
func (r *refs) plugins(dir string, list node) {
	for _, entry := range list.scalars() {
		if strings.Contains(entry, "\n") {
			*r = append(*r, configRefs(parse([]byte(entry)), dir)...)
			continue
		}
		r.add(dir, dir, entry)
	}
}

// afterKey is the path of a "key=path" source.
func afterKey(source string) string {
	if _, file, found := strings.Cut(source, "="); found {
		return file
	}
	return source
}
