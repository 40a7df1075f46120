package survey

import (
	"encoding/binary"
	"errors"
)

// encoder writes values one after another, without a description of them.
type encoder struct {
	data []byte
}

func (e *encoder) uint(n uint64) { e.data = binary.AppendUvarint(e.data, n) }
func (e *encoder) int(n int64)   { e.data = binary.AppendVarint(e.data, n) }
func (e *encoder) num(n int)     { e.data = binary.AppendVarint(e.data, int64(n)) }
func (e *encoder) byte(b byte)   { e.data = append(e.data, b) }

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.data = append(e.data, s...)
}

// decoder reads what an encoder wrote. After the first value that is not there
// all are zero, and finish tells.
type decoder struct {
	rest   string
	broken bool
}

var errDamaged = errors.New("damaged")

func (d *decoder) fail() { d.rest, d.broken = "", true }

func (d *decoder) uint() uint64 {
	var n uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		b := d.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.rest = d.rest[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

func (d *decoder) int() int64 {
	u := d.uint()
	n := int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n
}

func (d *decoder) num() int { return int(d.int()) }

// count is the number of things that follow, each at least a byte long.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n) //nolint:gosec // no more than the length of a string
}

func (d *decoder) byte() byte {
	if d.rest == "" {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) text() string { return d.take(d.count()) }

func (d *decoder) take(n int) string {
	if n > len(d.rest) {
		d.fail()
		return ""
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

// of is an element of a list by its number.
func of[T any](d *decoder, list []T) T {
	i := d.uint()
	if i >= uint64(len(list)) {
		d.fail()
		var zero T
		return zero
	}
	return list[i]
}

func (d *decoder) finish() error {
	if d.broken || d.rest != "" {
		return errDamaged
	}
	return nil
}
