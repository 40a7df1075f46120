package wire

import (
	"errors"
	"io"
)

// maxPreface is how much is read of an answer before its pack, in bytes.
const maxPreface = 1 << 20

// The bands that a pack is sent in.
const (
	bandPack  = 1
	bandError = 3
)

// ReadPack reads the answer to a Request up to its pack, and returns the pack.
// Reading that to its end reads the whole answer.
func ReadPack(r io.Reader) (io.Reader, error) {
	p := newPackets(r, maxPreface)
	for {
		k, line, err := p.line()
		switch {
		case err != nil:
			return nil, answer("answer to the request", err)
		case k == flush || k == ending:
			return nil, ErrNothingCommon
		case k == data && line == "packfile":
			p.left = -1 // the pack is bounded by who reads it
			return &bands{packets: p}, nil
		}
	}
}

// answer is the error of an answer that is not what was asked for.
func answer(what string, err error) error {
	if _, ok := errors.AsType[*RefusedError](err); ok || errors.Is(err, ErrNotGit) || errors.Is(err, ErrTooMuch) {
		return err
	}
	return unfinished(what, err)
}

// bands reads a pack out of its packets. What a packet has is handed on as it
// comes: where the link breaks in the middle of one, nothing is lost.
type bands struct {
	packets *packets
	left    int // bytes of the packet that is being read
}

func (b *bands) Read(into []byte) (int, error) {
	for b.left == 0 {
		if err := b.next(); err != nil {
			return 0, err
		}
	}
	n, err := b.packets.r.Read(into[:min(len(into), b.left)])
	b.left -= n
	if err != nil {
		return n, noEOF(err)
	}
	return n, nil
}

// next finds the next packet with a part of the pack.
func (b *bands) next() error {
	size, err := b.packets.size()
	switch {
	case err != nil:
		return noEOF(err)
	case size < headSize:
		return io.EOF
	case size == headSize:
		return nil
	}
	band, err := b.packets.r.ReadByte()
	if err != nil {
		return noEOF(err)
	}
	size -= headSize + 1
	if band == bandPack {
		b.left = size
		return nil
	}
	said := make([]byte, size)
	if _, err := io.ReadFull(b.packets.r, said); err != nil {
		return noEOF(err)
	}
	if band == bandError {
		return Refused(string(said))
	}
	return nil // what the server says meanwhile
}
