package share

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxObjects bounds what is kept: an object takes some 20 KB.
const maxObjects = 4000

// Folders builds the kustomizations of one tree, and keeps what several of them
// refer to. It is for concurrent use.
type Folders struct {
	defaults  *defaults
	factory   *resmap.Factory
	validator ifc.Validator
	refs      referrers

	mu   sync.Mutex
	kept map[string]*kept
	size int
}

// Object is a built object.
type Object struct {
	Node   *yaml.Node // to be read only: others share it
	Origin string     // the file that it came from
	// Annotations are the object's, which in Node are mixed with kustomize's
	// notes.
	Annotations map[string]string
}

// New makes Folders with nothing kept.
func New() (*Folders, error) {
	d, err := readDefaults()
	if err != nil {
		return nil, err
	}
	deps := provider.NewDefaultDepProvider()
	return &Folders{
		defaults: d, factory: resmap.NewFactory(deps.GetResourceFactory()), validator: deps.GetFieldValidator(),
		refs: newReferrers(d), kept: map[string]*kept{},
	}, nil
}

// Build builds the kustomization in dir. It fails with ErrUnfit, or with an
// error of kustomize's: either means that kustomize has to be asked. Files that
// several builds have in common are the same bytes, or else the build is unfit.
// Kustomizations that refer to themselves must have been refused before.
func (f *Folders) Build(files map[string][]byte, dir string) (objects []Object, err error) {
	defer func() {
		if r := recover(); r != nil { // kustomize's own; its own build tells of it
			objects, err = nil, fmt.Errorf("%v: %w", r, ErrUnfit)
		}
	}()
	b := &build{Folders: f, files: files, top: dir, record: reads{}, roots: []string{dir}}
	p, err := f.load(&loader{files: files, root: dir, record: b.record})
	if err != nil {
		return nil, err
	}
	if p.k.Kind == component {
		return nil, ErrUnfit // rare, and of no use
	}
	l := &level{Folders: f}
	if err := b.accumulate(l, p, []string{dir}); err != nil {
		return nil, err
	}
	return l.finish()
}

// kept is what was made of a folder for all who refer to it.
type kept struct {
	once   sync.Once
	result []object // of a kustomization
	part   *part    // of a component
	record reads
	roots  []string // the folders that it was made from
	err    error
}

// build is the work on one kustomization, or on one folder that is kept.
type build struct {
	*Folders

	files  map[string][]byte
	top    string
	record reads
	roots  []string
	keeps  bool // what is built is kept, and so what it was made from
}

// enter gets a folder that a kustomization refers to. chain are the folders that
// led to it.
func (b *build) enter(dir string, isComponent bool, chain []string) (*kept, error) {
	k := b.find(dir, isComponent)
	k.once.Do(func() { k.make(b, dir, isComponent) })
	if k.err != nil {
		return nil, k.err
	}
	if !k.record.hold(b.files) {
		return nil, ErrUnfit
	}
	for _, root := range k.roots {
		if slices.ContainsFunc(chain, func(above string) bool { return above == root || below(root, above) }) {
			return nil, ErrUnfit
		}
	}
	if b.keeps {
		maps.Copy(b.record, k.record)
		b.roots = append(b.roots, k.roots...)
	}
	return k, nil
}

// find looks a folder up among those that are kept. A lot's own folders are not:
// nobody else refers to them.
func (b *build) find(dir string, isComponent bool) *kept {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := dir
	if isComponent {
		key = "component " + dir
	}
	k := b.kept[key]
	if k == nil {
		k = &kept{}
		if !below(b.top, dir) && b.size < maxObjects {
			b.kept[key] = k
		}
	}
	return k
}

// make builds the folder. A panic of kustomize's is an error for all.
func (k *kept) make(b *build, dir string, isComponent bool) {
	k.err = ErrUnfit
	sub := &build{Folders: b.Folders, files: b.files, top: b.top, record: reads{}, roots: []string{dir}, keeps: true}
	p, err := b.load(&loader{files: b.files, root: dir, record: sub.record})
	if err == nil && (p.k.Kind == component) != isComponent {
		err = ErrUnfit
	}
	switch {
	case err != nil:
	case isComponent:
		k.part, err = p, p.freeze()
	default:
		l := &level{Folders: b.Folders}
		if err = sub.accumulate(l, p, []string{dir}); err == nil {
			k.result, err = l.objects, freeze(l.objects)
		}
	}
	k.record, k.roots, k.err = sub.record, sub.roots, err
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size += len(k.result)
	if k.part != nil {
		b.size += len(k.part.generated)
		for _, e := range k.part.resources {
			b.size += len(e.objects)
		}
	}
}
