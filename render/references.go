package render

import (
	"errors"
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

// use is what kustomize does with what a reference names.
type use int

const (
	useRoot    use = iota // a resource file, or a folder with a kustomization
	useYAML               // read as YAML
	usePlugin             // the configuration of a generator or transformer
	useEnv                // read as lines of NAME=value
	useBytes              // taken as it is
	useNothing            // nothing is read: it makes an object

	useKustomization // a kustomization itself
	useCRD           // definitions of types
)

// reference is one place where a kustomization names a file or a folder, or
// brings YAML of its own.
type reference struct {
	field  string
	path   string
	inline string
	use    use
	keys   int // that a generator gives itself, where the reference is one
}

// references lists all references of a kustomization.
func references(k types.Kustomization) []reference {
	var out []reference
	list := func(field string, u use, entries []string) {
		for i, entry := range entries {
			out = append(out, fileOrInline(at(field, i), entry, u))
		}
	}
	list("resources", useRoot, k.Resources)
	list("bases", useRoot, k.Bases) //nolint:staticcheck // kustomize still reads it
	list("components", useRoot, k.Components)
	list("crds", useCRD, k.Crds)
	list("configurations", useYAML, k.Configurations)
	list("generators", usePlugin, k.Generators)
	list("transformers", usePlugin, k.Transformers)
	list("validators", usePlugin, k.Validators)
	for i, p := range k.PatchesStrategicMerge { //nolint:staticcheck // kustomize still reads it
		out = append(out, fileOrInline(at("patchesStrategicMerge", i), string(p), useYAML))
	}
	out = append(out, patchReferences("patches", k.Patches)...)
	out = append(out, patchReferences("patchesJson6902", k.PatchesJson6902)...) //nolint:staticcheck // kustomize still reads it
	for i, r := range k.Replacements {
		if r.Path != "" {
			out = append(out, reference{field: at("replacements", i) + ".path", path: r.Path, use: useYAML})
		}
	}
	for i, g := range k.ConfigMapGenerator {
		out = append(out, sourceReferences(at("configMapGenerator", i), g.GeneratorArgs)...)
	}
	for i, g := range k.SecretGenerator {
		out = append(out, sourceReferences(at("secretGenerator", i), g.GeneratorArgs)...)
	}
	return out
}

func fileOrInline(field, entry string, u use) reference {
	if u != useRoot && strings.ContainsAny(entry, "\n{") {
		return reference{field: field, inline: entry, use: u}
	}
	return reference{field: field, path: entry, use: u}
}

func patchReferences(field string, patches []types.Patch) []reference {
	var out []reference
	for i, p := range patches {
		if p.Path != "" {
			out = append(out, reference{field: at(field, i) + ".path", path: p.Path, use: useYAML})
		}
		if p.Patch != "" {
			out = append(out, reference{field: at(field, i) + ".patch", inline: p.Patch, use: useYAML})
		}
	}
	return out
}

// sourceReferences lists the files of a generator, and the object that it makes.
func sourceReferences(field string, g types.GeneratorArgs) []reference {
	out := []reference{{field: field, inline: "an object", use: useNothing, keys: len(g.LiteralSources)}}
	for i, f := range g.FileSources {
		if _, file, named := strings.Cut(f, "="); named {
			f = file
		}
		out = append(out, reference{field: at(field+".files", i), path: f, use: useBytes})
	}
	for i, f := range g.EnvSources {
		out = append(out, reference{field: at(field+".envs", i), path: f, use: useEnv})
	}
	if g.EnvSource != "" {
		out = append(out, reference{field: field + ".env", path: g.EnvSource, use: useEnv})
	}
	return out
}

// refuseRemote refuses what kustomize, or the git that it starts, would take
// for an address: https://…, git@host:…, git::…, github.com/….
func refuseRemote(r reference) error {
	if r.path == "" {
		return errors.New("is empty: name a file or a folder, or remove the entry")
	}
	lower := strings.ToLower(r.path)
	user, _, _ := strings.Cut(lower, "/")
	remote := strings.Contains(lower, "://") || strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:")
	if r.use == useRoot || r.use == usePlugin {
		remote = remote || strings.ContainsAny(lower, ":?") || strings.Contains(user, "@") ||
			strings.HasPrefix(lower, "github.com") || strings.HasPrefix(lower, "www.github.com")
	}
	if remote {
		return fmt.Errorf("%s is a URL: a lot renders without the network; copy what it points to into the repository and refer to that", r.path)
	}
	return nil
}
