package survey

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	stdsync "sync"
	"time"
)

// Tree is one state of a fleet repository: a checkout or a commit. It is a file
// system in which nothing is followed: symlinks and submodules are what they
// are. It is for concurrent use, and reads each folder once.
type Tree struct {
	source source
	end    func() error
	name   string

	mu      stdsync.RWMutex
	folders map[string]map[string]*entry
	kept    map[string][]byte // files that were read, nil the first time
	bytes   int
}

// source is where a tree lies.
type source interface {
	// list is what lies in a folder.
	list(folder string) (map[string]*entry, error)
	// read reads a regular file, and says which blob it is.
	read(name string, e *entry) (data []byte, blob string, err error)
	// blob is the file's hash in Git, raw.
	blob(name string, e *entry) (string, error)
	// size is the file's size in bytes.
	size(e *entry) (int64, error)
}

// kind is what lies at a path.
type kind byte

const (
	absent kind = iota
	file
	folder
	symlink
	submodule
)

// entry is something in a folder.
type entry struct {
	kind kind
	// hash is the blob's. A checkout's is empty until somebody asks.
	hash string
	stat stat // a checkout's
}

const (
	// maxBlob is the largest file that is read. The closure of a lot takes none
	// of this size.
	maxBlob = 1 << 20
	// maxKept bounds the content that is kept in memory, in bytes.
	maxKept = 64 << 20
)

func newTree(s source, end func() error, name string) *Tree {
	return &Tree{source: s, end: end, name: name, folders: map[string]map[string]*entry{}, kept: map[string][]byte{}}
}

// String is how messages call the tree.
func (t *Tree) String() string { return t.name }

// Close ends what the tree was read with.
func (t *Tree) Close() error { return t.end() }

// at is what lies at a path, nil for nothing.
func (t *Tree) at(name string) (*entry, error) {
	if name == "." {
		return &entry{kind: folder}, nil
	}
	in, err := t.list(path.Dir(name))
	if err != nil {
		return nil, err
	}
	return in[path.Base(name)], nil
}

// list is what lies in a folder, nil if it is none.
func (t *Tree) list(name string) (map[string]*entry, error) {
	t.mu.RLock()
	in, known := t.folders[name]
	t.mu.RUnlock()
	if known {
		return in, nil
	}
	e, err := t.at(name)
	if err != nil || e == nil || e.kind != folder {
		return nil, err
	}
	if in, err = t.source.list(name); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if first, known := t.folders[name]; known {
		return first, nil // entries stay the same for all who ask
	}
	t.folders[name] = in
	return in, nil
}

// look is what a lot that looks at a path depends on.
func (t *Tree) look(name string) (kind, string, error) {
	e, err := t.at(name)
	if err != nil || e == nil {
		return absent, "", err
	}
	if e.kind != file {
		return e.kind, "", nil
	}
	hash, err := t.source.blob(name, e)
	return file, hash, err
}

// regular is the file at a path.
func (t *Tree) regular(op, name string) (*entry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e, err := t.at(name)
	switch {
	case err != nil:
		return nil, err
	case e == nil:
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	case e.kind != file:
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return e, nil
}

// ReadFile reads a regular file. What is read twice is kept: it belongs to many
// lots.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	t.mu.RLock()
	data, again := t.kept[name]
	t.mu.RUnlock()
	if data != nil {
		return data, nil
	}
	e, err := t.regular("read", name)
	if err != nil {
		return nil, err
	}
	data, _, err = t.source.read(name, e)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !again {
		t.kept[name] = nil
	} else if t.bytes+len(data) <= maxKept {
		t.kept[name] = data
		t.bytes += len(data)
	}
	return data, nil
}

// Lstat describes what is at a path.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	e, err := t.at(name)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	info := fileInfo{name: path.Base(name), kind: e.kind}
	if e.kind == file {
		if info.size, err = t.source.size(e); err != nil {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
		}
	}
	return info, nil
}

// Stat is Lstat: nothing is followed.
func (t *Tree) Stat(name string) (fs.FileInfo, error) { return t.Lstat(name) }

// ReadLink implements fs.ReadLinkFS; links lead nowhere here.
func (*Tree) ReadLink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

// Open reads a regular file into memory.
func (t *Tree) Open(name string) (fs.File, error) {
	info, err := t.Lstat(name)
	if err != nil {
		return nil, err
	}
	data, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return openFile{bytes.NewReader(data), info}, nil
}

// openFile is a file in memory.
type openFile struct {
	io.Reader

	info fs.FileInfo
}

func (f openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (openFile) Close() error                 { return nil }

// fileInfo describes an entry.
type fileInfo struct {
	name string
	kind kind
	size int64
}

func (i fileInfo) Name() string     { return i.name }
func (i fileInfo) Size() int64      { return i.size }
func (fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool      { return i.kind == folder }
func (fileInfo) Sys() any           { return nil }

func (i fileInfo) Mode() fs.FileMode {
	switch i.kind {
	case file:
		return 0o644
	case folder:
		return fs.ModeDir | 0o755
	case symlink:
		return fs.ModeSymlink | 0o777
	case absent, submodule:
	}
	return fs.ModeIrregular
}

// cleanPath is a path that a tree can be asked for: what is none is ".".
func cleanPath(name string) string {
	if !fs.ValidPath(name) {
		return "."
	}
	return name
}
