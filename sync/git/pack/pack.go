// Package pack reads the packs that a Git server sends: bounded, verified,
// keeping what is whole.
package pack

import (
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

var (
	// ErrCut says that the pack ends before it is whole, as when a link dies.
	// With it comes what the reader said, io.ErrUnexpectedEOF if it just ended.
	ErrCut = errors.New("the pack is cut off")
	// ErrCorrupt says that the bytes are no pack, or one that was damaged.
	ErrCorrupt = errors.New("the pack is damaged")
	// ErrTooLarge says that the pack goes beyond the limits.
	ErrTooLarge = errors.New("the pack is too large")
)

// Object is a whole Git object.
type Object struct {
	// Kind is that of a commit, tree, blob or tag.
	Kind plumbing.ObjectType
	// Data is the object without its header. It is shared and must not be
	// changed.
	Data []byte
}

// ID is the hash of the object, computed from its kind and data.
func (o Object) ID() plumbing.Hash { return plumbing.ComputeHash(o.Kind, o.Data) }

// Limits say how much of a pack is taken. What goes beyond is ErrTooLarge, and
// found before memory is taken for it.
type Limits struct {
	// Objects is how many objects the pack may hold.
	Objects int
	// Packed is how many bytes may be sent, the pack's header and checksum
	// among them. No more than that is asked of the reader.
	Packed int64
	// ObjectBytes is how large one object may be, inflated.
	ObjectBytes int64
	// TotalBytes is how large everything may be, inflated: the objects, and the
	// deltas that some of them are sent as. It bounds what Read holds, too.
	TotalBytes int64
	// Chain is how many deltas may lie between an object and one that was sent
	// whole (or is the caller's). Git makes up to 50 unless it is told otherwise.
	Chain int
}

// DefaultLimits is for what a lot needs, from a fleet with thousands of lots.
// Held against it: a folder of 6000 lots is a tree of 250 KB.
func DefaultLimits() Limits {
	return Limits{
		Objects:     20_000,
		Packed:      8 << 20,
		ObjectBytes: 4 << 20,
		TotalBytes:  32 << 20,
		Chain:       256,
	}
}

// Result is what came of a pack, also of one that ended in an error.
type Result struct {
	// Objects is how many different objects were put.
	Objects int
	// Unresolved is how many deltas came whole and were not put, because nobody
	// has their base, or that of their base.
	Unresolved int
}

// Read reads one pack from r, and calls put once for each object in it, as soon
// as it is whole, a base always before what builds on it. The id is computed
// from the data: whatever the server sends, an object is what its id says.
//
// Deltas build on objects of the pack, and on those that base knows; base may
// be asked again for the same one. A delta whose base is unknown is left out
// and counted.
//
// It fails with ErrCut, ErrCorrupt or ErrTooLarge. What came whole before that
// has been put, and the Result counts it.
//
// From r it takes one pack and at most 4 KiB after it, and none that r does not
// have ready. Until it returns it holds what was sent, inflated: deltas as
// deltas, so that objects which put does not keep cost little.
func Read(r io.Reader, base func(plumbing.Hash) (Object, bool), put func(plumbing.Hash, Object), limits Limits) (Result, error) {
	in := newInflater(newStream(r, limits.Packed), limits)
	res := newResolver(base, put, limits)
	err := read(in, res)
	return res.result, err
}
