package git

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	objectcache "github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/lotsync/lotsync/sync"
)

const objectCache = 4 << 20 // bytes of objects that are kept in memory while reading

// store is a pack on disk, as a bare repository has it, for the time of reading
// it: the pack of a whole fleet is too large for memory.
type store struct {
	dir string
}

func (s store) packDir() string { return filepath.Join(s.dir, "objects", "pack") }

// open makes the objects readable. It is to be closed.
func (s store) open() *objects {
	return &objects{filesystem.NewStorageWithOptions(
		osfs.New(s.dir),
		objectcache.NewObjectLRU(objectCache),
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
