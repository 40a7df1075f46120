package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// Store is the state directory in the hands of the one process that writes to
// it. It implements sync.Store. It is for one goroutine at a time.
type Store struct {
	Reader

	disk writer
	lock *os.File
	// fresh has the revisions of bundles that no saved state names yet.
	fresh map[sync.Digest]sync.Revision
	// scanned: slots is what lies on disk.
	scanned bool
}

// Open takes a state directory for this process, makes it if need be (0700), and
// removes what a crash left half-written. It fails with ErrLocked, naming the
// process, when another one has it. Close gives it back.
func Open(dir string) (*Store, error) {
	s, err := open(dir, disk{})
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return s, nil
}

func open(dir string, w writer) (*Store, error) {
	s := &Store{Reader: Reader{dir: dir}, disk: w, fresh: map[sync.Digest]sync.Revision{}}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	s.lock = held
	if err := s.sweep(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepare makes the folders, durably: a bundle in a folder that a power cut
// takes away is no bundle.
func (s *Store) prepare() error {
	bundles := filepath.Join(s.dir, bundlesDir)
	if info, err := os.Stat(bundles); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(bundles, 0o700); err != nil {
		return advise(err)
	}
	// Where the folder was made by somebody else (a volume, say) it may not be
	// ours to close; the files in it are 0600 in any case.
	if err := os.Chmod(s.dir, 0o700); err != nil && !errors.Is(err, fs.ErrPermission) { //nolint:gosec // a folder needs its x bit
		return advise(err)
	}
	for _, dir := range []string{s.dir, filepath.Dir(s.dir)} {
		if err := s.disk.SyncDir(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			return advise(err)
		}
	}
	return nil
}

// sweep removes the temporary files of a crash.
func (s *Store) sweep() error {
	for _, dir := range []string{s.dir, filepath.Join(s.dir, bundlesDir)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return advise(err)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), tmpSuffix) {
				continue
			}
			if err := s.disk.Remove(filepath.Join(dir, e.Name())); err != nil {
				return advise(err)
			}
		}
	}
	return nil
}

// Close gives the state directory back.
func (s *Store) Close() error { return s.lock.Close() }

// Load is Reader.Load.
func (s *Store) Load() (sync.State, error) {
	st, err := s.Reader.Load()
	s.scanned = err == nil
	return st, err
}

// Save returns when the state would survive a power cut. It writes one file, and
// none when the state is what was saved last. Bundles that neither this state
// nor the one before it names are removed.
func (s *Store) Save(st sync.State) error {
	if !s.scanned {
		if _, err := s.Load(); err != nil {
			return err
		}
	}
	last := s.slots[s.newest()]
	next, err := newSlot(last.slot.Sequence+1, st)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if last.whole() && string(last.slot.State) == string(next.State) {
		return nil
	}
	if err := s.write(seen{slot: next, state: st}); err != nil {
		return fmt.Errorf("state: save: %w", err)
	}
	s.collect()
	return nil
}

// write puts a slot in the place of the older one, so that the newest is never
// touched.
func (s *Store) write(next seen) error {
	data, err := next.slot.encode()
	if err != nil {
		return err
	}
	i := 0
	if s.slots[s.newest()].whole() {
		i = 1 - s.newest()
	}
	// Until the write has succeeded in full, only the disk knows what it holds.
	s.scanned = false
	if err := replace(s.disk, s.slotFile(i), data); err != nil {
		return err
	}
	s.slots[i], s.scanned = next, true
	return nil
}

// collect removes the bundles that neither slot names. The older slot's stay: if
// the newer one is lost, the lot goes on from there. What cannot be removed now
// is with the next save.
func (s *Store) collect() {
	var named []sync.Digest
	for _, slot := range s.slots {
		named = append(named, slot.state.Bundles()...)
	}
	dir := filepath.Join(s.dir, bundlesDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		digest := sync.Digest(strings.TrimSuffix(e.Name(), ".yaml"))
		if validDigest(digest) && !slices.Contains(named, digest) {
			_ = s.disk.Remove(filepath.Join(dir, e.Name()))
		}
	}
	clear(s.fresh)
}

// Bundle is Reader.Bundle; it knows the revisions of the bundles that no state
// names yet, too.
func (s *Store) Bundle(digest sync.Digest) (sync.Bundle, error) {
	b, err := s.Reader.Bundle(digest)
	if err == nil && b.Revision == (sync.Revision{}) {
		b.Revision = s.fresh[digest]
	}
	return b, err
}

// PutBundle returns when the bundle would survive a power cut. It writes one
// file, and none when the bundle is there already and whole.
func (s *Store) PutBundle(b sync.Bundle) error {
	if sum := sync.DigestOf(b.Manifest); sum != b.Digest {
		return fmt.Errorf("state: bundle %q: its manifest has the digest %s", b.Digest, sum)
	}
	s.fresh[b.Digest] = b.Revision
	if _, err := s.Reader.Bundle(b.Digest); err == nil {
		return nil
	}
	if err := replace(s.disk, s.bundleFile(b.Digest), b.Manifest); err != nil {
		return fmt.Errorf("state: bundle %s: %w", b.Digest.Short(), err)
	}
	return nil
}
