package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/lotsync/lotsync/sync"
)

// What a site's part of the repository may come to. A lot's node has little
// memory, and all of it is read at once.
const (
	maxFiles         = 1000
	maxFileBytes     = 256 << 10
	maxTotalBytes    = 2 << 20
	maxKustomization = 64 << 10 // a parsed file takes some hundred times its size
	maxNesting       = 32       // kustomizations that refer to kustomizations
)

// Part names what of a fleet repository one site is made of.
type Part struct {
	// Files are the regular files, as sorted slash-separated paths from the
	// repository's root.
	Files []string
	// Irregular names what stands in the way of a file that is referred to:
	// "symlink" or "submodule", by path from the repository's root.
	Irregular map[string]string
	// Looked are the sorted paths of all that was looked at to find the part,
	// folders and what is not there among it: where the same lies at each of
	// them in another state of the repository, the part is the same.
	Looked []string
}

// Closure lists the files that a render of the site can need: the fleet's and
// the site's own description, the site's kustomization, and everything that
// its kustomizations refer to, recursively. Files are named one by one, never
// by the folder, as a folder may hold thousands of other sites.
//
// It does not judge what it finds: what is missing, broken or outside the
// repository is not followed, and the renderer, which sees the same files,
// says what is wrong. It fails with sync.ErrInvalid when the part is larger
// than a lot can take, and with fsys' own error when something that is there
// cannot be read. What cannot be read never counts as missing.
func Closure(fsys fs.FS, dir string, site sync.Site) (Part, error) {
	return NewClosures(fsys).Of(dir, site)
}

// walk collects a site's part.
type walk struct {
	fsys      fs.FS
	known     *Closures
	sizes     map[string]int64 // the part so far: regular files and their bytes
	total     int64
	irregular map[string]string
	modes     map[string]fs.FileMode // what has been looked at; 0 and absent from sizes: nothing there
	seen      map[reference]bool     // what has been followed: cycles end here
}

// reference is something that a kustomization refers to: a file or a folder.
type reference struct {
	path string
	// config is set where the file, or the files that the folder adds up to,
	// configure generators and transformers, whose own references count from
	// the folder that config names.
	config string
}

// file adds a regular file, and nothing if there is none.
func (w *walk) file(name string) error {
	_, _, err := w.look(name)
	return err
}

// follow adds what a reference leads to.
func (w *walk) follow(ref reference, depth int) error {
	if w.seen[ref] {
		return nil
	}
	w.seen[ref] = true
	if depth > maxNesting {
		return fmt.Errorf("%s: kustomizations refer to each other more than %d deep: %w", ref.path, maxNesting, sync.ErrInvalid)
	}
	mode, there, err := w.look(ref.path)
	switch {
	case err != nil || !there:
		return err
	case mode.IsDir():
		return w.folder(ref, depth)
	case ref.config != "":
		return w.config(ref, depth)
	}
	return nil
}

// folder follows the references of a folder's kustomization. Where it has
// several, all are taken: the renderer names them in its complaint.
func (w *walk) folder(ref reference, depth int) error {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		refs, err := w.refs(path.Join(ref.path, name), ref)
		if err != nil {
			return err
		}
		if err := w.followAll(refs, depth); err != nil {
			return err
		}
	}
	return nil
}

// config follows the references of a generator's or transformer's
// configuration.
func (w *walk) config(ref reference, depth int) error {
	refs, err := w.refs(ref.path, ref)
	if err != nil {
		return err
	}
	return w.followAll(refs, depth)
}

func (w *walk) followAll(refs []reference, depth int) error {
	for _, ref := range refs {
		if err := w.follow(ref, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// look says what is at a path, adds it if it is a regular file, and records
// what stands in the way.
func (w *walk) look(name string) (mode fs.FileMode, there bool, err error) {
	if !fs.ValidPath(name) {
		return 0, false, nil // outside of the repository
	}
	if name != "." {
		mode, there, err := w.look(path.Dir(name))
		if err != nil || !there || !mode.IsDir() {
			return 0, false, err
		}
	}
	if mode, known := w.modes[name]; known {
		return mode, mode.IsDir() || w.has(name), nil
	}
	info, err := fs.Lstat(w.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		w.modes[name] = 0
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read %s: %w", name, err)
	}
	w.modes[name] = info.Mode()
	if kind := irregular(info.Mode()); kind != "" {
		w.irregular[name] = kind
		return info.Mode(), false, nil
	}
	if info.IsDir() {
		return info.Mode(), true, nil
	}
	return info.Mode(), true, w.add(name, info.Size())
}

func (w *walk) has(name string) bool {
	_, ok := w.sizes[name]
	return ok
}

// add takes a regular file into the part.
func (w *walk) add(name string, size int64) error {
	w.sizes[name] = size
	w.total += size
	switch {
	case size > maxFileBytes:
		return fmt.Errorf("%s: %d bytes, a file of a site may have %d: %w", name, size, int64(maxFileBytes), sync.ErrInvalid)
	case w.total > maxTotalBytes:
		return fmt.Errorf("%s: with this file the site comes to %d bytes, it may have %d: %w", name, w.total, int64(maxTotalBytes), sync.ErrInvalid)
	case len(w.sizes) > maxFiles:
		return fmt.Errorf("%s: with this file the site comes to more than %d files: %w", name, maxFiles, sync.ErrInvalid)
	}
	return nil
}

// refs adds a file and lists what it refers to. That is nothing when it is
// missing or broken.
func (w *walk) refs(name string, ref reference) ([]reference, error) {
	if err := w.file(name); err != nil || !w.has(name) {
		return nil, err
	}
	if w.sizes[name] > maxKustomization {
		return nil, fmt.Errorf("%s: %d bytes, what refers to other files may have %d: %w", name, w.sizes[name], maxKustomization, sync.ErrInvalid)
	}
	return w.known.refs(name, ref)
}

func (w *walk) part() Part {
	part := Part{Irregular: w.irregular}
	for name := range w.sizes {
		part.Files = append(part.Files, name)
	}
	slices.Sort(part.Files)
	for name := range w.modes {
		part.Looked = append(part.Looked, name)
	}
	slices.Sort(part.Looked)
	return part
}

// irregular names what is neither a file nor a folder.
func irregular(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	case mode.IsRegular(), mode.IsDir():
		return ""
	}
	return "submodule"
}
