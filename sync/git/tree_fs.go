package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
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

// treeFS is a commit's tree as a file system. It follows no symlinks. An object
// that is missing below the root is an error, never a missing file: a store
// that is damaged must not look like an empty folder.
type treeFS struct {
	objects *objects
	root    plumbing.Hash
	trees   map[plumbing.Hash]map[string]entry
}

func newTreeFS(objects *objects, root plumbing.Hash) *treeFS {
	return &treeFS{objects: objects, root: root, trees: map[plumbing.Hash]map[string]entry{}}
}

// find walks from the root to a path.
func (t *treeFS) find(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at := entry{id: t.root, mode: fs.ModeDir | 0o755}
	if name == "." {
		return at, nil
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !at.mode.IsDir() {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		tree, err := t.tree(at.id)
		if err != nil {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
		}
		next, ok := tree[segment]
		if !ok {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		at = next
	}
	return at, nil
}

func (t *treeFS) tree(id plumbing.Hash) (map[string]entry, error) {
	if tree, ok := t.trees[id]; ok {
		return tree, nil
	}
	data, err := t.objects.read(plumbing.TreeObject, id, maxTree)
	if err != nil {
		return nil, lost(err)
	}
	tree, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	t.trees[id] = tree
	return tree, nil
}

// lost makes a missing object damage: where a commit is, everything below it
// has to be.
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
			return nil, &fs.PathError{Op: "stat", Path: name, Err: lost(err)}
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
		return nil, &fs.PathError{Op: "read", Path: name, Err: lost(err)}
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
