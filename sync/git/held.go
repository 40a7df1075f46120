package git

import (
	"fmt"
	"maps"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
)

// held are the objects in memory. Each has the hash that it is held by, as that
// is computed of it.
type held struct {
	objects map[plumbing.Hash]pack.Object
	bytes   int64
}

func newHeld() *held { return &held{objects: map[plumbing.Hash]pack.Object{}} }

// get is what a delta may build on.
func (h *held) get(id plumbing.Hash) (pack.Object, bool) {
	object, ok := h.objects[id]
	return object, ok
}

// put takes an object, and its hash as it is.
func (h *held) put(id plumbing.Hash, object pack.Object) {
	if _, ok := h.objects[id]; ok {
		return
	}
	h.objects[id] = object
	h.bytes += int64(len(object.Data))
}

// size is an object's size in bytes.
func (h *held) size(id plumbing.Hash) (int64, error) {
	object, ok := h.objects[id]
	if !ok {
		return 0, errMissing
	}
	return int64(len(object.Data)), nil
}

// read returns an object of at most limit bytes.
func (h *held) read(kind plumbing.ObjectType, id plumbing.Hash, limit int64) ([]byte, error) {
	object, ok := h.objects[id]
	switch {
	case !ok:
		return nil, errMissing
	case object.Kind != kind:
		return nil, fmt.Errorf("%s is a %s, not a %s: %w", id, object.Kind, kind, sync.ErrInvalid)
	case int64(len(object.Data)) > limit:
		return nil, fmt.Errorf("%s %s has %d bytes, at most %d are read: %w", kind, id, len(object.Data), limit, sync.ErrInvalid)
	}
	return object.Data, nil
}

// keep drops all objects but these.
func (h *held) keep(ids map[plumbing.Hash]bool) {
	maps.DeleteFunc(h.objects, func(id plumbing.Hash, _ pack.Object) bool { return !ids[id] })
	h.bytes = 0
	for _, object := range h.objects {
		h.bytes += int64(len(object.Data))
	}
}

// noting notes what is read.
type noting struct {
	objectReader

	note func(plumbing.Hash, pack.Object)
}

func (n noting) read(kind plumbing.ObjectType, id plumbing.Hash, limit int64) ([]byte, error) {
	data, err := n.objectReader.read(kind, id, limit)
	if err == nil {
		n.note(id, pack.Object{Kind: kind, Data: data})
	}
	return data, err
}
