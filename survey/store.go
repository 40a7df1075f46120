package survey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	stdsync "sync"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// Store keeps what lots rendered to, of all the states of a fleet that were
// surveyed, and the contents of their objects: on disk from run to run, or in
// memory. What it keeps on disk is believed only if it is whole, and may be
// removed at any time. Several processes may use one folder.
type Store struct {
	dir  string // empty: in memory
	log  *slog.Logger
	pack pack

	mu         stdsync.Mutex
	records    map[string][]*record // by place, the newest first
	known      map[sum]bool
	generation uint64
	read       os.FileInfo // of the file that the records were read from
	news       bool        // there is something to save
}

// OpenStore opens the store in a folder, which is made if need be. With no
// folder it is in memory. log hears of what is dropped.
func OpenStore(dir string, log *slog.Logger) *Store {
	s := &Store{dir: dir, log: log, pack: pack{dir: dir}, records: map[string][]*record{}, known: map[sum]bool{}}
	if dir == "" {
		return s
	}
	if err := s.load(); err != nil {
		s.log.Debug("the cache of lots is dropped", "file", s.path(), "error", err)
	}
	return s
}

const recordsMagic = "lotsync lots 1\n"

func (s *Store) path() string { return filepath.Join(s.dir, "lots") }

// load adds the records of the file to those that are known.
func (s *Store) load() error {
	info, err := os.Stat(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	data, err := readSealed(s.path(), recordsMagic)
	if err != nil {
		return err
	}
	generation, records, err := readRecords(data)
	if err != nil {
		return err
	}
	s.read, s.generation = info, max(s.generation, generation)
	for _, r := range records {
		s.add(r)
	}
	return nil
}

// add takes a record, unless it is known.
func (s *Store) add(r *record) bool {
	if s.known[r.key] {
		return false
	}
	s.known[r.key] = true
	s.records[r.place] = append([]*record{r}, s.records[r.place]...)
	return true
}

// put keeps a lot.
func (s *Store) put(r *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.used = s.generation + 1
	s.news = s.add(r) || s.news
}

// at are the records of a lot.
func (s *Store) at(place string) []*record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records[place]
}

// use notes that a record was of use.
func (s *Store) use(r *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.used = s.generation + 1
}

// keep stores an object's content. What cannot be stored costs a build next
// time, and no more.
func (s *Store) keep(content []byte) sum {
	digest := sum(sha256.Sum256(content))
	if err := s.pack.put(digest, content); err != nil {
		s.log.Debug("the contents of objects are kept in memory only", "error", err)
		s.pack.inMemory()
	}
	return digest
}

// has reports whether the contents of all objects are there.
func (s *Store) has(objects []Object) bool {
	for _, o := range objects {
		d, err := sumOf(o.Digest)
		if err != nil {
			return false
		}
		if ok, err := s.pack.has(d); err != nil || !ok {
			return false
		}
	}
	return true
}

// Content is the content of an object of a surveyed lot. In it, the lot's own
// label stands as ${site:label}.
func (s *Store) Content(digest sync.Digest) (edge.Object, error) {
	d, err := sumOf(digest)
	if err != nil {
		return nil, err
	}
	data, err := s.pack.get(d)
	if errors.Is(err, errDamaged) {
		s.log.Debug("the contents of objects are dropped", "file", s.pack.path(), "error", err)
		s.pack.drop()
	}
	if err != nil {
		return nil, fmt.Errorf("object %s: its content is not in the cache any more: run again: %w", digest.Short(), err)
	}
	o, err := readContent(strings.Clone(data))
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", digest.Short(), err)
	}
	return o, nil
}

// Close saves what is new.
func (s *Store) Close() error { return errors.Join(s.Save(), s.pack.close()) }
