package pack

import (
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// eager is how much memory is taken for an object on its word alone.
const eager = 64 << 10

// inflater takes a pack apart into what was sent.
type inflater struct {
	in     *stream
	zip    io.Reader // a zlib reader, once there was need for one
	limits Limits
	// left is what may still be inflated.
	left int64
}

func newInflater(in *stream, limits Limits) *inflater {
	// Lengths are ints, which may have 32 bits.
	limits.ObjectBytes = min(limits.ObjectBytes, math.MaxInt32)
	return &inflater{in: in, limits: limits, left: limits.TotalBytes}
}

// header reads how many objects the pack holds.
func (f *inflater) header() (int, error) {
	var head [12]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return 0, f.blame(err)
	}
	if string(head[:4]) != "PACK" {
		return 0, fmt.Errorf("%w: it begins with %q, not with PACK", ErrCorrupt, head[:4])
	}
	if v := binary.BigEndian.Uint32(head[4:]); v != 2 && v != 3 {
		return 0, fmt.Errorf("%w: it is of version %d: 2 and 3 are read", ErrCorrupt, v)
	}
	n := binary.BigEndian.Uint32(head[8:])
	if int64(n) > int64(f.limits.Objects) {
		return 0, fmt.Errorf("%w: it has %d objects, %d are allowed", ErrTooLarge, n, f.limits.Objects)
	}
	return int(n), nil
}

// trailer compares the pack with the checksum at its end.
func (f *inflater) trailer() error {
	want := f.in.checksum()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(f.in, got); err != nil {
		return f.blame(err)
	}
	if string(got) != string(want) {
		return fmt.Errorf("%w: its checksum is wrong", ErrCorrupt)
	}
	return nil
}

// allow takes n bytes off what may be inflated.
func (f *inflater) allow(n int64) error {
	if n > f.limits.ObjectBytes {
		return fmt.Errorf("%w: an object of %d bytes, %d are allowed", ErrTooLarge, n, f.limits.ObjectBytes)
	}
	if n > f.left {
		return fmt.Errorf("%w: more than %d bytes inflated", ErrTooLarge, f.limits.TotalBytes)
	}
	f.left -= n
	return nil
}

// allowTarget takes what a delta makes off what may be inflated.
func (f *inflater) allowTarget(delta []byte) error {
	_, n := binary.Uvarint(delta) // the length of its base
	if n <= 0 {
		return errDelta
	}
	target, n := binary.Uvarint(delta[n:])
	if n <= 0 || target > math.MaxInt64 {
		return errDelta
	}
	return f.allow(int64(target))
}

// inflate reads n bytes that are deflated in the pack.
func (f *inflater) inflate(n int64) ([]byte, error) {
	if err := f.rewind(); err != nil {
		return nil, err
	}
	data := make([]byte, min(n, eager))
	if _, err := io.ReadFull(f.zip, data); err != nil {
		return nil, err
	}
	if n > eager {
		whole := make([]byte, n)
		copy(whole, data)
		if _, err := io.ReadFull(f.zip, whole[eager:]); err != nil {
			return nil, err
		}
		data = whole
	}
	var more [1]byte
	switch k, err := f.zip.Read(more[:]); {
	case k > 0:
		return nil, fmt.Errorf("%w: an object is longer than declared", ErrCorrupt)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return data, nil
}

// rewind makes the zlib reader begin with the next byte. One is used for all,
// as each takes some 40 KB.
func (f *inflater) rewind() error {
	if again, ok := f.zip.(zlib.Resetter); ok {
		return again.Reset(f.in, nil)
	}
	zip, err := zlib.NewReader(f.in)
	if err == nil {
		f.zip = zip
	}
	return err
}

// blame says whose fault err is: the link's, if that failed, else the pack's.
func (f *inflater) blame(err error) error {
	switch {
	case f.in.failed != nil:
		return f.in.failed
	case errors.Is(err, ErrCorrupt):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		// Not wrapped: it would look as if the pack was cut off.
		return fmt.Errorf("%w: an object is shorter than declared", ErrCorrupt)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}
