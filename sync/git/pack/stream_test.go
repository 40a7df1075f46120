package pack_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/lotsync/lotsync/sync/git/pack"
)

func TestReaders(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 6, 3)
	data := r.pack("v1\n", "--delta-base-offset")
	gone := errors.New("the link is gone")
	cases := map[string]struct {
		reader io.Reader
		want   error
	}{
		"a byte at a time":                {iotest.OneByteReader(bytes.NewReader(data)), nil},
		"the end with the last bytes":     {iotest.DataErrReader(bytes.NewReader(data)), nil},
		"nothing now and then":            {&halting{r: bytes.NewReader(data)}, nil},
		"nothing for ever":                {&halting{r: iotest.ErrReader(nil)}, io.ErrNoProgress},
		"an error in the middle":          {io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(gone)), gone},
		"an error in place of the sum":    {io.MultiReader(bytes.NewReader(data[:len(data)-20]), iotest.ErrReader(gone)), gone},
		"an error after the pack":         {io.MultiReader(bytes.NewReader(data), iotest.ErrReader(gone)), nil},
		"other bytes after the pack":      {io.MultiReader(bytes.NewReader(data), strings.NewReader("0000")), nil},
		"an end that is wrapped by other": {iotest.ErrReader(errors.Join(gone, io.EOF)), io.ErrUnexpectedEOF},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, c.reader, nil, pack.DefaultLimits())
			if !errors.Is(err, c.want) || (c.want != nil) != errors.Is(err, pack.ErrCut) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// halting returns no byte, and no error, every other time.
type halting struct {
	r    io.Reader
	next bool
}

func (h *halting) Read(p []byte) (int, error) {
	h.next = !h.next
	if h.next {
		return 0, nil
	}
	return h.r.Read(p)
}

// TestTakesLittleMore holds that what follows a pack is left to the caller, but
// for a buffer, and not waited for.
func TestTakesLittleMore(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 60, 6)
	data := r.pack("v1\n", "--delta-base-offset")
	after := bytes.NewReader(make([]byte, 1<<20))
	if _, _, err := read(t, io.MultiReader(bytes.NewReader(data), after), nil, pack.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	if taken := after.Size() - int64(after.Len()); taken > 4096 {
		t.Errorf("%d bytes were taken after the pack", taken)
	}
	limits := pack.DefaultLimits()
	limits.Packed = int64(len(data))
	whole := bytes.NewReader(append(bytes.Clone(data), 0))
	if _, _, err := read(t, whole, nil, limits); err != nil || whole.Len() != 1 {
		t.Errorf("with no byte more allowed: %d are left, %v", whole.Len(), err)
	}
}
