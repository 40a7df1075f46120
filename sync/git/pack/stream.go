package pack

import (
	"errors"
	"fmt"
	"hash"
	"io"

	githash "github.com/go-git/go-git/v5/plumbing/hash"
)

// bufferSize is how many bytes may be taken from the reader beyond the pack.
const bufferSize = 4096

// patience is how often a reader may return nothing, and no error.
const patience = 100

// stream hands out the bytes of a pack one by one, so that nothing which reads
// from it takes more than its part, and sums them up.
type stream struct {
	src  io.Reader
	buf  [bufferSize]byte
	next int // the first byte in buf that was not handed out
	end  int // the end of what is in buf
	seen int // the first byte in buf that was not summed up
	// asked is how many bytes were read from src, most how many may be.
	asked, most int64
	sum         hash.Hash
	// late is an error that src returned with bytes, which come first.
	late error
	// failed is the first error. Others may wrap it beyond recognition.
	failed error
}

func newStream(src io.Reader, most int64) *stream {
	return &stream{src: src, most: most, sum: githash.New(githash.CryptoType)}
}

// offset is how many bytes were handed out.
func (s *stream) offset() int64 { return s.asked - int64(s.end-s.next) }

// ReadByte fails with ErrCut or ErrTooLarge.
func (s *stream) ReadByte() (byte, error) {
	if s.next == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	s.next++
	return s.buf[s.next-1], nil
}

// Read fails with ErrCut or ErrTooLarge.
func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.next == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.buf[s.next:s.end])
	s.next += n
	return n, nil
}

// fill asks the reader for more, when everything was handed out.
func (s *stream) fill() error {
	if s.failed != nil {
		return s.failed
	}
	room := min(s.most-s.asked, bufferSize)
	if room <= 0 {
		s.failed = fmt.Errorf("%w: more than %d bytes were sent", ErrTooLarge, s.most)
		return s.failed
	}
	s.tally()
	s.next, s.end, s.seen = 0, 0, 0
	for range patience {
		if s.late != nil {
			break
		}
		s.end, s.late = s.src.Read(s.buf[:room])
		if s.end > 0 {
			s.asked += int64(s.end)
			return nil
		}
	}
	switch {
	case s.late == nil:
		s.late = io.ErrNoProgress
	case errors.Is(s.late, io.EOF):
		s.late = io.ErrUnexpectedEOF
	}
	s.failed = fmt.Errorf("%w after %d bytes: %w", ErrCut, s.asked, s.late)
	return s.failed
}

// tally sums up what was handed out.
func (s *stream) tally() {
	s.sum.Write(s.buf[s.seen:s.next])
	s.seen = s.next
}

// checksum is that of all bytes handed out so far.
func (s *stream) checksum() []byte {
	s.tally()
	return s.sum.Sum(nil)
}
