package state

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func encoded(tb testing.TB, sequence uint64, formatVersion int) []byte {
	tb.Helper()
	st, _ := sample(1)
	s, err := newSlot(sequence, st)
	if err != nil {
		tb.Fatal(err)
	}
	s.Format = formatVersion
	s.Checksum = s.sum()
	data, err := s.encode()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestNoFlippedBitGoesUnseen(t *testing.T) {
	whole := encoded(t, 7, format)
	want, wantState, err := decodeSlot(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for bit := range 8 {
			data := append([]byte(nil), whole...)
			data[i] ^= 1 << bit
			got, st, err := decodeSlot(data)
			if err == nil && (got.Sequence != want.Sequence || !cmp.Equal(st, wantState)) {
				t.Errorf("byte %d, bit %d: taken for %+v", i, bit, got)
			}
			if errors.Is(err, ErrNewer) {
				t.Errorf("byte %d, bit %d: damage taken for a newer format", i, bit)
			}
		}
	}
}

func TestAStateOfANewerProgramIsLeftAlone(t *testing.T) {
	s, _ := openRecorded(t, t.TempDir())
	put(t, s, 1)
	if err := os.WriteFile(s.slotFile(1), encoded(t, 2, format+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.Load()
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), s.slotFile(1)) || !strings.Contains(err.Error(), "install") {
		t.Errorf("%v, want ErrNewer, the file, and what to do", err)
	}
	st, _ := sample(2)
	if err := s.Save(st); !errors.Is(err, ErrNewer) {
		t.Errorf("saved over it: %v", err)
	}
}

func FuzzDecodeSlot(f *testing.F) {
	f.Add(encoded(f, 1, format))
	f.Add(encoded(f, 1<<63, format+1))
	f.Add([]byte(`{"format":1,"sequence":1,"checksum":"","state":null}`))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, st, err := decodeSlot(data)
		if err != nil {
			return
		}
		again, err := newSlot(s.Sequence, st)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := again.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := decodeSlot(raw); err != nil || !cmp.Equal(got, st) {
			t.Errorf("%+v became %+v: %v", st, got, err)
		}
	})
}
