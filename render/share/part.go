package share

import (
	"path"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // the only way to kustomize's transformers
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// part is one kustomization, and what its own files say. What it refers to is
// not part of it.
type part struct {
	dir       string
	k         types.Kustomization
	helpers   *resmap.PluginHelpers
	resources []entry
	generated []object
	patches   []patch
	shared    bool // with other lots: its objects are frozen
}

// entry is an entry of resources: objects of a file, or a folder.
type entry struct {
	objects []object
	folder  string
}

// load reads a kustomization and its files.
func (f *Folders) load(ldr *loader) (*part, error) {
	content, file, err := ldr.kustomization()
	if err != nil {
		return nil, err
	}
	p := &part{dir: ldr.root, helpers: resmap.NewPluginHelpers(ldr, f.validator, f.factory, types.DisabledPluginConfig())}
	if err := p.k.Unmarshal(content); err != nil {
		return nil, err
	}
	p.k.FixKustomization()
	if p.k.CheckEmpty() != nil || len(p.k.EnforceFields()) > 0 || !supported(&p.k) {
		return nil, ErrUnfit
	}
	if err := p.loadResources(f, ldr); err != nil {
		return nil, err
	}
	if err := p.generate(file); err != nil {
		return nil, err
	}
	for _, given := range p.k.Patches {
		made, err := f.patch(ldr, p.helpers, given)
		if err != nil {
			return nil, err
		}
		p.patches = append(p.patches, made)
	}
	p.readAhead(ldr)
	return p, nil
}

// readAhead reads the files that transformers will ask for.
func (p *part) readAhead(ldr *loader) {
	for _, file := range p.k.PatchesStrategicMerge { //nolint:staticcheck // fleets still use it
		_, _ = ldr.look(path.Join(ldr.root, string(file)))
	}
	for _, given := range p.k.PatchesJson6902 { //nolint:staticcheck // fleets still use it
		_, _ = ldr.look(path.Join(ldr.root, given.Path))
	}
	for _, given := range p.k.Replacements {
		_, _ = ldr.look(path.Join(ldr.root, given.Path))
	}
	ldr.sealed = true
}

// supported reports whether a kustomization has only fields that this package
// knows.
func supported(k *types.Kustomization) bool {
	unknown := len(k.Vars) + //nolint:staticcheck // to refuse it
		len(k.Crds) + len(k.Configurations) + len(k.Generators) + len(k.Transformers) + len(k.Validators) +
		len(k.OpenAPI) + len(k.HelmCharts) + len(k.BuildMetadata)
	return unknown == 0 && k.HelmGlobals == nil && k.SortOptions == nil
}

func (p *part) loadResources(f *Folders, ldr *loader) error {
	for _, name := range p.k.Resources {
		dir, err := ldr.folder(name)
		if err != nil {
			return err
		}
		if _, isFile := ldr.look(dir); !isFile {
			p.resources = append(p.resources, entry{folder: dir})
			continue
		}
		m, err := f.factory.FromFile(ldr, name)
		if err != nil {
			return err
		}
		objects := wrapAll(m, dir)
		for i := range objects {
			if !wellFormed(objects[i].res.YNode()) {
				return ErrUnfit
			}
		}
		p.resources = append(p.resources, entry{objects: objects})
	}
	return nil
}

func wrapAll(m resmap.ResMap, origin string) []object {
	objects := make([]object, 0, m.Size())
	for _, res := range m.Resources() {
		objects = append(objects, object{res: res, origin: origin, owned: ownedWhole})
	}
	return objects
}

// generate makes the ConfigMaps and the Secrets.
func (p *part) generate(file string) error {
	for _, args := range p.k.ConfigMapGenerator {
		args.Options = types.MergeGlobalOptionsIntoLocal(args.Options, p.k.GeneratorOptions)
		config := struct{ types.ConfigMapArgs }{args}
		if err := p.run(builtins.NewConfigMapGeneratorPlugin(), config, file); err != nil {
			return err
		}
	}
	for _, args := range p.k.SecretGenerator {
		args.Options = types.MergeGlobalOptionsIntoLocal(args.Options, p.k.GeneratorOptions)
		config := struct{ types.SecretArgs }{args}
		if err := p.run(builtins.NewSecretGeneratorPlugin(), config, file); err != nil {
			return err
		}
	}
	return nil
}

func (p *part) run(plugin resmap.GeneratorPlugin, config any, file string) error {
	if err := p.configure(plugin, config); err != nil {
		return err
	}
	m, err := plugin.Generate()
	if err != nil {
		return err
	}
	p.generated = append(p.generated, wrapAll(m, file)...)
	return nil
}

func (p *part) configure(plugin resmap.Configurable, config any) error {
	data, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return plugin.Config(p.helpers, data)
}

// freeze makes a part ready to be shared.
func (p *part) freeze() error {
	for _, e := range p.resources {
		if err := freeze(e.objects); err != nil {
			return err
		}
	}
	for i := range p.generated {
		if err := freeze(p.generated[i : i+1]); err != nil {
			return err
		}
	}
	p.shared = true
	return nil
}
