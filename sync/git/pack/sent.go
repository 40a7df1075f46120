package pack

import (
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// sent is an object as it was sent: whole, or as a delta.
type sent struct {
	// at is where it begins in the pack.
	at   int64
	kind plumbing.ObjectType
	// base is where a delta's base begins in the pack, if it is named so.
	base int64
	// ref is a delta's base, if it is named by its id.
	ref plumbing.Hash
	// data is inflated.
	data []byte
}

// isWhole says whether a kind is that of an object, rather than of a delta.
func isWhole(kind plumbing.ObjectType) bool {
	return kind >= plumbing.CommitObject && kind <= plumbing.TagObject
}

// object reads what comes next.
func (f *inflater) object() (sent, error) {
	s := sent{at: f.in.offset()}
	size, err := f.kindAndSize(&s)
	if err != nil {
		return s, f.blame(err)
	}
	switch {
	case s.kind == plumbing.OFSDeltaObject:
		s.base, err = f.distantBase(s.at)
	case s.kind == plumbing.REFDeltaObject:
		_, err = io.ReadFull(f.in, s.ref[:])
	case !isWhole(s.kind):
		err = fmt.Errorf("%w: there is no kind %d of objects", ErrCorrupt, s.kind)
	}
	if err != nil {
		return s, f.blame(err)
	}
	if err := f.allow(size); err != nil {
		return s, err
	}
	if s.data, err = f.inflate(size); err != nil {
		return s, f.blame(err)
	}
	if s.kind.IsDelta() {
		return s, f.allowTarget(s.data)
	}
	return s, nil
}

// kindAndSize reads the beginning of an object: three bits of kind, four of
// size, and seven more in each byte that the one before announces.
func (f *inflater) kindAndSize(s *sent) (int64, error) {
	b, err := f.in.ReadByte()
	if err != nil {
		return 0, err
	}
	s.kind = plumbing.ObjectType(b >> 4 & 7)
	size := int64(b & 0x0f)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if shift > 56 {
			return 0, fmt.Errorf("%w: a size has no end", ErrCorrupt)
		}
		if b, err = f.in.ReadByte(); err != nil {
			return 0, err
		}
		size |= int64(b&0x7f) << shift
	}
	return size, nil
}

// distantBase reads how far before at the base begins. Each byte but the last
// counts for one more, so that every distance has one form only.
func (f *inflater) distantBase(at int64) (int64, error) {
	b, err := f.in.ReadByte()
	if err != nil {
		return 0, err
	}
	distance := int64(b & 0x7f)
	for b&0x80 != 0 && distance < at {
		if b, err = f.in.ReadByte(); err != nil {
			return 0, err
		}
		distance = (distance+1)<<7 | int64(b&0x7f)
	}
	if distance >= at || distance == 0 {
		return 0, fmt.Errorf("%w: the base of a delta is not before it in the pack", ErrCorrupt)
	}
	return at - distance, nil
}
