package git

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/lotsync/lotsync/sync"
)

var (
	// errDamaged: the store does not hold what it should. It is dropped.
	errDamaged = errors.New("the cache of Git objects is damaged")
	// errCache: this machine's disk does not do what it should.
	errCache = errors.New("cache of Git objects")
	// errMissing: the store never had the object.
	errMissing = errors.New("not fetched")
)

const (
	objectCache = 4 << 20 // bytes of objects that are kept in memory while reading
	tmpPrefix   = "tmp_"  // begins the names of files that are not whole yet
)

// store keeps packs of objects on disk, as a bare repository does. All of it is
// a cache: whatever is wrong with it, it is dropped and fetched anew.
type store struct {
	dir string
}

func (s store) packDir() string { return filepath.Join(s.dir, "objects", "pack") }
func (s store) tipFile() string { return filepath.Join(s.dir, "tip") }

// prepare makes the folders, removes what a crash has left behind, and counts
// the packs. It fails with errDamaged when there are more than maxPacks.
func (s store) prepare(maxPacks int) (packs int, err error) {
	if err := os.MkdirAll(s.packDir(), 0o700); err != nil {
		return 0, fmt.Errorf("%w: %w", errCache, err)
	}
	for _, dir := range []string{s.dir, s.packDir()} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errCache, err)
		}
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), ".pack") {
				packs++
			}
			if !strings.HasPrefix(entry.Name(), tmpPrefix) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return 0, fmt.Errorf("%w: %w", errCache, err)
			}
		}
	}
	if packs > maxPacks {
		return 0, fmt.Errorf("%w: it has %d packs", errDamaged, packs)
	}
	return packs, nil
}

// verify compares all packs and indexes with their checksums. It fails with
// errDamaged.
func (s store) verify() error {
	entries, err := os.ReadDir(s.packDir())
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	for _, entry := range entries {
		if err := verifyFile(filepath.Join(s.packDir(), entry.Name())); err != nil {
			return fmt.Errorf("%w: %s: %w", errDamaged, entry.Name(), err)
		}
	}
	return nil
}

// drop removes what the store owns of its folder.
func (s store) drop() error {
	for _, path := range []string{s.tipFile(), filepath.Join(s.dir, "objects")} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("%w: %w", errCache, err)
		}
	}
	return nil
}

// tip is the last commit that was fetched whole, the zero hash if none was.
func (s store) tip() (plumbing.Hash, error) {
	data, err := os.ReadFile(s.tipFile())
	if errors.Is(err, fs.ErrNotExist) {
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("%w: %w", errCache, err)
	}
	if hash := strings.TrimSuffix(string(data), "\n"); plumbing.IsHash(hash) {
		return plumbing.NewHash(hash), nil
	}
	return plumbing.ZeroHash, fmt.Errorf("%w: %s names no commit", errDamaged, s.tipFile())
}

// setTip records a commit that was fetched whole.
func (s store) setTip(commit plumbing.Hash) error {
	return writeFile(s.tipFile(), func(f *os.File) error {
		_, err := io.WriteString(f, commit.String()+"\n")
		return err
	})
}

// open makes the objects readable. It is to be closed.
func (s store) open() *objects {
	return &objects{filesystem.NewStorageWithOptions(
		osfs.New(s.dir),
		cache.NewObjectLRU(objectCache),
		filesystem.Options{KeepDescriptors: true},
	)}
}

// objects reads a store. Every object is checked against its hash.
type objects struct {
	storage *filesystem.Storage
}

func (o *objects) Close() error { return o.storage.Close() }

// size is an object's size in bytes.
func (o *objects) size(id plumbing.Hash) (size int64, err error) {
	defer damage(&err)
	return o.storage.EncodedObjectSize(id)
}

// read returns an object of at most limit bytes. It fails with errMissing when
// the store does not have it, and with errDamaged when it is not what its hash
// says.
func (o *objects) read(kind plumbing.ObjectType, id plumbing.Hash, limit int64) (data []byte, err error) {
	defer damage(&err)
	if err := o.storage.HasEncodedObject(id); err != nil {
		return nil, err
	}
	size, err := o.storage.EncodedObjectSize(id)
	if err != nil {
		return nil, indeed(err)
	}
	if size > limit {
		return nil, fmt.Errorf("%s %s has %d bytes, at most %d are read: %w", kind, id, size, limit, sync.ErrInvalid)
	}
	object, err := o.storage.EncodedObject(plumbing.AnyObject, id)
	if err != nil {
		return nil, indeed(err)
	}
	reader, err := object.Reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	data, err = io.ReadAll(io.LimitReader(reader, limit+1))
	if err != nil {
		return nil, err
	}
	if sum := plumbing.ComputeHash(object.Type(), data); sum != id {
		return nil, fmt.Errorf("object %s has the hash %s", id, sum)
	}
	if object.Type() != kind {
		return nil, fmt.Errorf("%s is a %s, not a %s: %w", id, object.Type(), kind, sync.ErrInvalid)
	}
	return data, nil
}

// indeed makes the absence of an object that is in the index damage.
func indeed(err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return fmt.Errorf("%w: %s", errDamaged, err.Error())
	}
	return err
}

// damage sorts what reading an object came to: an object that is not there is
// missing, everything else is damage, also a reader that cannot cope with what
// it reads.
func damage(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errDamaged, p)
	}
	switch {
	case *err == nil, errors.Is(*err, errDamaged), errors.Is(*err, sync.ErrInvalid):
	case errors.Is(*err, plumbing.ErrObjectNotFound):
		*err = errMissing
	default:
		*err = fmt.Errorf("%w: %w", errDamaged, *err)
	}
}
