package wire

import (
	"errors"
	"strings"
)

var (
	// ErrNotGit says that what was read is not Git's protocol.
	ErrNotGit = errors.New("the answer is not Git's")
	// ErrNotSpoken says that the server speaks Git in a way that is not spoken here.
	ErrNotSpoken = errors.New("the server does not speak this client's protocol")
	// ErrNothingCommon says that the server knows none of the commits that the
	// request said are here, and has sent nothing.
	ErrNothingCommon = errors.New("the server knows none of the commits that are here")
	// ErrEnded says that the answer ends before it is whole, and not because the
	// link broke, as far as that can be told.
	ErrEnded = errors.New("the answer ends early")
	// ErrTooMuch says that the answer is longer than what it is read up to.
	ErrTooMuch = errors.New("the answer is too long")
)

// RefusedError is what a server's upload-pack says when it refuses.
type RefusedError struct {
	// Text is fit to print: one line of at most 200 bytes.
	Text string
}

// Error quotes the server.
func (e *RefusedError) Error() string { return "the server says: " + e.Text }

// Refused makes an error of a server's words.
func Refused(text string) *RefusedError { return &RefusedError{Text: Printable(text)} }

// Printable is what is fit to print of words that came over the network: the
// first line, without control characters, at most 200 bytes.
func Printable(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), 200)], "")
}
