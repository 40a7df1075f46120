package fleet

import (
	"fmt"
	"io/fs"
	"path"
	stdsync "sync"

	"github.com/lotsync/lotsync/sync"
)

// Closures finds the parts of many sites in one state of a repository. A file
// that several sites refer to is read and parsed once. It is for concurrent
// use.
type Closures struct {
	fsys fs.FS

	mu    stdsync.RWMutex
	found map[use][]reference
}

// use is a file together with what it is for: a folder's kustomization, or
// configuration.
type use struct {
	file string
	ref  reference
}

// NewClosures makes a Closures of a repository, which must stay as it is.
func NewClosures(fsys fs.FS) *Closures {
	return &Closures{fsys: fsys, found: map[use][]reference{}}
}

// Of is what Closure gives for the site.
func (c *Closures) Of(dir string, site sync.Site) (Part, error) {
	w := &walk{
		fsys:      c.fsys,
		known:     c,
		sizes:     map[string]int64{},
		irregular: map[string]string{},
		modes:     map[string]fs.FileMode{},
		seen:      map[reference]bool{},
	}
	dir = path.Clean(dir)
	home := path.Join(dir, string(site))
	for _, name := range []string{path.Join(dir, fleetFile), path.Join(home, siteFile)} {
		if err := w.file(name); err != nil {
			return Part{}, fmt.Errorf("site %s: %w", site, err)
		}
	}
	if err := w.follow(reference{path: home}, 0); err != nil {
		return Part{}, fmt.Errorf("site %s: %w", site, err)
	}
	return w.part(), nil
}

// refs lists what a file refers to. What cannot be read is not remembered.
func (c *Closures) refs(name string, ref reference) ([]reference, error) {
	key := use{file: name, ref: ref}
	c.mu.RLock()
	refs, known := c.found[key]
	c.mu.RUnlock()
	if known {
		return refs, nil
	}
	data, err := fs.ReadFile(c.fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	refs = key.refs(parse(data))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found[key] = refs
	return refs, nil
}

// refs lists what a file refers to by its content. Configuration counts its
// paths from its own folder and from the one that brought it in.
func (u use) refs(docs []node) []reference {
	if u.file != u.ref.path {
		return kustomizationRefs(docs, u.ref.path, u.ref.config)
	}
	own := path.Dir(u.file)
	refs := configRefs(docs, own)
	if own != u.ref.config {
		refs = append(refs, configRefs(docs, u.ref.config)...)
	}
	return refs
}
