package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lotsync/lotsync/sync"
)

const bundlesDir = "bundles"

// Reader reads a state directory, also while an agent writes to it. It changes
// nothing.
type Reader struct {
	dir string
	// slots is what scan saw last; a nil State means no whole slot.
	slots  [2]seen
	damage []error
}

// seen is a slot that was read and found whole.
type seen struct {
	slot  slot
	state sync.State
}

func (s seen) whole() bool { return s.slot.State != nil }

// OpenReadOnly opens a state directory for reading. It needs no lock and creates
// nothing; it fails with fs.ErrNotExist when the directory is not there.
func OpenReadOnly(dir string) (*Reader, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("state: %w: no agent has run with this state directory; check --state-dir", err)
	case err != nil:
		return nil, fmt.Errorf("state: %w", advise(err))
	case !info.IsDir():
		return nil, fmt.Errorf("state: %s is not a directory; check --state-dir", dir)
	}
	return &Reader{dir: dir}, nil
}

// Load returns the newest state that is whole, and the zero State if there is
// none: a lot without a state syncs anew. It fails with ErrNewer when a newer
// lotsync wrote it, and when the files cannot be read at all.
func (r *Reader) Load() (sync.State, error) {
	if err := r.scan(); err != nil {
		return sync.State{}, fmt.Errorf("state: %w", err)
	}
	return r.slots[r.newest()].state, nil
}

// Damage lists what the last Load found damaged and did without. The next saves
// replace it.
func (r *Reader) Damage() []error { return r.damage }

// scan reads both slots.
func (r *Reader) scan() error {
	r.slots, r.damage = [2]seen{}, nil
	var unread error
	for i := range r.slots {
		data, err := readFile(r.slotFile(i))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			unread = errors.Join(unread, advise(err))
			r.damage = append(r.damage, err)
			continue
		}
		s, st, err := decodeSlot(data)
		if errors.Is(err, ErrNewer) {
			return fmt.Errorf("%s: %w: install that version again, or remove the state directory to sync anew", r.slotFile(i), err)
		}
		if err != nil {
			r.damage = append(r.damage, fmt.Errorf("%s: %w", r.slotFile(i), err))
			continue
		}
		r.slots[i] = seen{slot: s, state: st}
	}
	if r.slots[r.newest()].whole() {
		return nil
	}
	// Damaged content is gone for good, a failing disk may come back: only the
	// first is the same as having no state.
	return unread
}

// newest is the slot that counts: 0 when neither is whole.
func (r *Reader) newest() int {
	if r.slots[1].whole() && (!r.slots[0].whole() || r.slots[1].slot.Sequence > r.slots[0].slot.Sequence) {
		return 1
	}
	return 0
}

// Bundle reads a bundle and checks it against its digest. It fails with
// sync.ErrNotFound when it is missing or damaged. The bundle's Revision is the
// one that the last state read or saved gives it, zero if that does not name it.
func (r *Reader) Bundle(digest sync.Digest) (sync.Bundle, error) {
	if !validDigest(digest) {
		return sync.Bundle{}, fmt.Errorf("state: bundle %q: %w: a digest has 64 characters 0-9 and a-f", digest, sync.ErrNotFound)
	}
	manifest, err := readFile(r.bundleFile(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return sync.Bundle{}, fmt.Errorf("state: bundle %s: %w in %s: the next sync renders it again", digest.Short(), sync.ErrNotFound, r.dir)
	}
	if err != nil {
		return sync.Bundle{}, fmt.Errorf("state: bundle %s: %w: %w", digest.Short(), sync.ErrNotFound, advise(err))
	}
	if sync.DigestOf(manifest) != digest {
		return sync.Bundle{}, fmt.Errorf("state: bundle %s: %w: %s is damaged; the next sync renders it again", digest.Short(), sync.ErrNotFound, r.bundleFile(digest))
	}
	return sync.Bundle{Digest: digest, Revision: r.revision(digest), Manifest: manifest}, nil
}

// revision looks a bundle up in the states that were seen, the newer first.
func (r *Reader) revision(digest sync.Digest) sync.Revision {
	for _, i := range []int{r.newest(), 1 - r.newest()} {
		st := r.slots[i].state
		for _, rollout := range []*sync.Rollout{st.Current, st.Next, st.Good} {
			if rollout != nil && rollout.Digest == digest {
				return rollout.Revision
			}
		}
	}
	return sync.Revision{}
}

func (r *Reader) slotFile(i int) string {
	return filepath.Join(r.dir, fmt.Sprintf("state.%d.json", i))
}

func (r *Reader) bundleFile(digest sync.Digest) string {
	return filepath.Join(r.dir, bundlesDir, string(digest)+".yaml")
}

func validDigest(d sync.Digest) bool {
	if len(d) != 64 {
		return false
	}
	for _, c := range []byte(d) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
