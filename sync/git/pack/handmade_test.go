package pack_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/pack"
)

// handmade is a pack that is written by hand, so that anything can be wrong
// with it.
type handmade struct{ buf bytes.Buffer }

func handmadeOf(objects uint32) *handmade {
	h := new(handmade)
	h.buf.WriteString("PACK")
	h.number(2)
	h.number(objects)
	return h
}

func (h *handmade) number(n uint32) {
	h.buf.Write(binary.BigEndian.AppendUint32(nil, n))
}

// head writes a kind and a size, and returns where the object begins.
func (h *handmade) head(kind plumbing.ObjectType, size uint64) int {
	at := h.buf.Len()
	b := byte(kind)<<4 | byte(size&0x0f)
	for size >>= 4; size > 0; size >>= 7 {
		h.buf.WriteByte(b | 0x80)
		b = byte(size & 0x7f)
	}
	h.buf.WriteByte(b)
	return at
}

func (h *handmade) raw(data ...byte) *handmade {
	h.buf.Write(data)
	return h
}

func (h *handmade) blob(data string) int {
	at := h.head(plumbing.BlobObject, uint64(len(data)))
	h.raw(deflate(data)...)
	return at
}

// ref writes a delta whose base is named by its id.
func (h *handmade) ref(base plumbing.Hash, delta string) int {
	at := h.head(plumbing.REFDeltaObject, uint64(len(delta)))
	h.raw(base[:]...).raw(deflate(delta)...)
	return at
}

// ofs writes a delta whose base is named by where it is.
func (h *handmade) ofs(base int, delta string) int {
	at := h.head(plumbing.OFSDeltaObject, uint64(len(delta)))
	distance := at - base
	back := []byte{byte(distance & 0x7f)}
	for distance >>= 7; distance > 0; distance >>= 7 {
		distance--
		back = append([]byte{byte(distance&0x7f) | 0x80}, back...)
	}
	h.raw(back...).raw(deflate(delta)...)
	return at
}

// done is the pack, with its checksum.
func (h *handmade) done() []byte {
	sum := sha1.Sum(h.buf.Bytes())
	return append(h.buf.Bytes(), sum[:]...)
}

func deflate(data string) []byte {
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	if _, err := w.Write([]byte(data)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// delta is one that makes an object of target bytes from one of base bytes.
func delta(base, target uint64, steps ...string) string {
	d := binary.AppendUvarint(nil, base)
	d = binary.AppendUvarint(d, target)
	for _, step := range steps {
		d = append(d, step...)
	}
	return string(d)
}

// take is a step of a delta: n bytes of the base.
func take(from, n uint32) string {
	return string([]byte{0xff, byte(from), byte(from >> 8), byte(from >> 16), byte(from >> 24), byte(n), byte(n >> 8), byte(n >> 16)})
}

// insert is a step of a delta: data.
func insert(data string) string { return string(rune(len(data))) + data }

// becomes is a delta that replaces a base.
func becomes(base, target string) string {
	return delta(uint64(len(base)), uint64(len(target)), insert(target))
}

// blob is an object, and its id.
func blob(data string) (plumbing.Hash, pack.Object) {
	o := pack.Object{Kind: plumbing.BlobObject, Data: []byte(data)}
	return hash(o), o
}

func blobID(data string) plumbing.Hash {
	id, _ := blob(data)
	return id
}
