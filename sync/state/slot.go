package state

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lotsync/lotsync/sync"
)

// format is the version of the slots that this program writes, and the newest
// that it reads.
const format = 1

// ErrNewer means that the state was written by a newer lotsync than this one.
var ErrNewer = errors.New("written by a newer lotsync")

// slot is one saved state, as it lies on disk.
type slot struct {
	Format int `json:"format"`
	// Sequence counts the saves; the higher of two whole slots is the newer.
	Sequence uint64 `json:"sequence"`
	// Checksum covers the three other fields.
	Checksum sync.Digest `json:"checksum"`
	// State is a sync.State in JSON. It is kept as bytes because the checksum
	// is over bytes.
	State json.RawMessage `json:"state"`
}

// newSlot seals a state under its sequence number.
func newSlot(sequence uint64, st sync.State) (slot, error) {
	raw, err := json.Marshal(st)
	if err != nil {
		return slot{}, fmt.Errorf("encode: %w", err)
	}
	s := slot{Format: format, Sequence: sequence, State: raw}
	s.Checksum = s.sum()
	return s, nil
}

// decodeSlot is the reverse of slot.encode. It fails with ErrNewer when the slot
// is whole but of a later format; any other failure means damage.
func decodeSlot(data []byte) (slot, sync.State, error) {
	var s slot
	if err := json.Unmarshal(data, &s); err != nil {
		return slot{}, sync.State{}, fmt.Errorf("damaged: %w", err)
	}
	if sum := s.sum(); sum != s.Checksum {
		return slot{}, sync.State{}, fmt.Errorf("damaged: its checksum is %q, its content's is %q", s.Checksum.Short(), sum.Short())
	}
	if s.Format > format {
		return slot{}, sync.State{}, fmt.Errorf("%w: it has format %d, this program reads up to %d", ErrNewer, s.Format, format)
	}
	var st sync.State
	if err := json.Unmarshal(s.State, &st); err != nil {
		return slot{}, sync.State{}, fmt.Errorf("damaged: %w", err)
	}
	return s, st, nil
}

func (s slot) encode() ([]byte, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return append(data, '\n'), nil
}

// sum is what Checksum must be. Later formats keep to it, so that a damaged slot
// is not taken for a newer one.
func (s slot) sum() sync.Digest {
	head := fmt.Appendf(nil, "lotsync state, format %d, sequence %d\n", s.Format, s.Sequence)
	return sync.DigestOf(append(head, s.State...))
}
