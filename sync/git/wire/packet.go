package wire

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// kind is what a packet is: go-git's pktline knows no delimiters.
type kind int

const (
	flush     kind = 0 // ends a message
	delimiter kind = 1 // ends a section of it
	ending    kind = 2 // ends an answer
	data      kind = 4
)

const (
	headSize  = 4     // bytes of a packet's length
	maxPacket = 65520 // bytes of a packet with its length
	// bufferSize is for a stream's small packets; the large ones pass by.
	bufferSize = 4 << 10
)

// packets reads a stream of packets.
type packets struct {
	r    *bufio.Reader
	buf  []byte
	left int64 // bytes that may still be read, below zero for no limit
}

// newPackets reads packets of r, of at most limit bytes in all; below zero for
// as many as there are.
func newPackets(r io.Reader, limit int64) *packets {
	return &packets{r: bufio.NewReaderSize(r, bufferSize), left: limit}
}

// next reads one packet. Its payload holds until the next call. A stream that
// ends between two packets is io.EOF.
func (p *packets) next() (kind, []byte, error) {
	size, err := p.size()
	if err != nil || size < headSize {
		return kind(size), nil, err
	}
	size -= headSize
	if p.left >= 0 {
		if p.left -= int64(size + headSize); p.left < 0 {
			return data, nil, ErrTooMuch
		}
	}
	if cap(p.buf) < size {
		p.buf = make([]byte, size)
	}
	p.buf = p.buf[:size]
	if _, err := io.ReadFull(p.r, p.buf); err != nil {
		return data, nil, noEOF(err)
	}
	return data, p.buf, nil
}

// size reads a packet's length, that of its head included.
func (p *packets) size() (int, error) {
	var head [headSize]byte
	if n, err := io.ReadFull(p.r, head[:]); err != nil {
		if n > 0 {
			return 0, noEOF(err)
		}
		return 0, err
	}
	var size [headSize / 2]byte
	if _, err := hex.Decode(size[:], head[:]); err != nil {
		return 0, ErrNotGit
	}
	n := int(size[0])<<8 | int(size[1])
	if n == 3 || n > maxPacket {
		return 0, ErrNotGit
	}
	return n, nil
}

// line reads one packet as text, without the end of its line. What a server
// says when it refuses is a RefusedError.
func (p *packets) line() (kind, string, error) {
	k, payload, err := p.next()
	if err != nil || k != data {
		return k, "", err
	}
	text := strings.TrimSuffix(string(payload), "\n")
	if said, ok := strings.CutPrefix(text, "ERR "); ok {
		return k, "", Refused(said)
	}
	return k, text, nil
}

// noEOF makes the end of a stream that should go on an error that says so.
func noEOF(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unfinished is the error of a message that ends early.
func unfinished(what string, err error) error {
	if err == io.EOF { //nolint:errorlint // the very end of the stream, between two packets
		err = ErrEnded
	}
	return fmt.Errorf("%s: %w", what, noEOF(err))
}
