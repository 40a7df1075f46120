package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// The largest objects that are read, in bytes. A tree of 6000 lots in one
// folder has a quarter of a megabyte.
const (
	maxCommit = 1 << 20
	maxTree   = 16 << 20
	maxBlob   = 1 << 20
)

// objectReader is where a tree's objects are.
type objectReader interface {
	// size is an object's size in bytes. It fails with errMissing.
	size(id plumbing.Hash) (int64, error)
	// read returns an object of at most limit bytes. It fails with errMissing,
	// and with sync.ErrInvalid when it is larger or of another kind.
	read(kind plumbing.ObjectType, id plumbing.Hash, limit int64) ([]byte, error)
}

// want is an object that is not here.
type want struct {
	id   plumbing.Hash
	kind plumbing.ObjectType
	// path is where it lies, from the repository's root.
	path string
	// whole is set for a folder of which nearly everything is needed: that of a
	// kustomization.
	whole bool
}

// treeFS is a commit's tree as a file system. It follows no symlinks. An object
// that is missing below the root is an error, never a missing file: a store
// that is damaged must not look like an empty folder. Where miss is set, it is
// told of the object, and there is nothing at the path yet.
type treeFS struct {
	objects objectReader
	root    plumbing.Hash
	miss    func(want)
	// found is what was looked for, the zero entry where nothing is.
	found map[string]entry
}

func newTreeFS(objects objectReader, root plumbing.Hash) *treeFS {
	return &treeFS{objects: objects, root: root, found: map[string]entry{}}
}

// find is what lies at a path.
func (t *treeFS) find(op, name string) (entry, error) {
	switch {
	case !fs.ValidPath(name):
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case name == ".":
		return entry{id: t.root, mode: fs.ModeDir | 0o755}, nil
	}
	e, known := t.found[name]
	if !known {
		var err error
		if e, err = t.look(op, name); err != nil {
			return entry{}, err
		}
		t.found[name] = e
	}
	if e == (entry{}) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return e, nil
}

// look looks into the folder that a path is in. Nothing there is the zero entry.
func (t *treeFS) look(op, name string) (entry, error) {
	folder, base := path.Split(name)
	folder = path.Clean(folder)
	in, err := t.find(op, folder)
	if err != nil {
		if _, known := t.found[folder]; known && errors.Is(err, fs.ErrNotExist) {
			return entry{}, nil
		}
		return entry{}, err // it is not known yet what is there
	}
	if !in.mode.IsDir() {
		return entry{}, nil
	}
	data, err := t.objects.read(plumbing.TreeObject, in.id, maxTree)
	if err != nil {
		missing := want{id: in.id, kind: plumbing.TreeObject, path: folder, whole: isRoot(base)}
		return entry{}, &fs.PathError{Op: op, Path: name, Err: t.absent(err, missing)}
	}
	e, err := findEntry(data, base)
	if err != nil {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return e, nil
}

// isRoot tells the files that make a folder one to be rendered.
func isRoot(name string) bool {
	switch name {
	case "site.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// absent is what becomes of an object that is not there: where a commit is,
// everything below it has to be, or is told of.
func (t *treeFS) absent(err error, missing want) error {
	if t.miss == nil || !errors.Is(err, errMissing) {
		return lost(err)
	}
	t.miss(missing)
	return fs.ErrNotExist
}

// lost makes a missing object damage.
func lost(err error) error {
	if errors.Is(err, errMissing) {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return err
}

// Stat describes what is at a path, without following symlinks.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	e, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	info := fileInfo{name: path.Base(name), mode: e.mode}
	if e.mode.IsRegular() {
		if info.size, err = t.objects.size(e.id); err != nil {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: t.absent(err, want{id: e.id, kind: plumbing.BlobObject, path: name})}
		}
	}
	return info, nil
}

// ReadFile reads a regular file.
func (t *treeFS) ReadFile(name string) ([]byte, error) {
	e, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	if !e.mode.IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	data, err := t.objects.read(plumbing.BlobObject, e.id, maxBlob)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: t.absent(err, want{id: e.id, kind: plumbing.BlobObject, path: name})}
	}
	return data, nil
}

// Open reads a regular file into memory.
func (t *treeFS) Open(name string) (fs.File, error) {
	info, err := t.Stat(name)
	if err != nil {
		return nil, err
	}
	data, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &memFile{Reader: bytes.NewReader(data), info: info}, nil
}

// memFile is an open file.
type memFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memFile) Close() error               { return nil }

// fileInfo describes an entry of a tree.
type fileInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }
