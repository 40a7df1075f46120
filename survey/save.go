package survey

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
)

// What a store keeps.
const (
	// maxPerLot is how many states of one lot are kept: those of the worktree,
	// of a branch and of what they came from.
	maxPerLot = 4
	// maxAge is after how many runs that built something a lot goes that none of
	// them used.
	maxAge = 50
	// maxLots bounds the file of lots, in bytes.
	maxLots = 96 << 20
	// maxPack bounds the file of contents, in bytes.
	maxPack = 256 << 20
)

// Save writes what is new to disk. What other processes have saved meanwhile
// stays.
func (s *Store) Save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" || !s.news {
		return nil
	}
	if err := s.pack.save(); err != nil {
		return fmt.Errorf("save the cache: %w", err)
	}
	unlock, err := lock(s.dir)
	if err != nil {
		return err
	}
	defer unlock()
	if info, err := os.Stat(s.path()); err == nil && !same(info, s.read) {
		if err := s.load(); err != nil {
			s.log.Debug("the cache of lots is dropped", "file", s.path(), "error", err)
		}
	}
	data, err := s.encode()
	if err != nil {
		return err
	}
	if err := writeSealed(s.path(), recordsMagic, data); err != nil {
		return err
	}
	s.generation++
	s.news = false
	if s.read, err = os.Stat(s.path()); err != nil {
		s.read = nil
	}
	return s.shrink()
}

func same(a, b os.FileInfo) bool {
	return b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// encode writes the records that stay: fewer, where all are too many.
func (s *Store) encode() ([]byte, error) {
	for _, perLot := range []int{maxPerLot, 2, 1} {
		s.prune(perLot)
		var w writer
		for _, place := range s.places() {
			for _, r := range s.records[place] {
				lot, err := r.unpack()
				if err != nil {
					return nil, fmt.Errorf("save the cache: %s: %w", siteOf(place), err)
				}
				w.add(r, lot)
			}
		}
		if data := w.finish(s.generation + 1); len(data) <= maxLots {
			return data, nil
		}
	}
	return nil, errors.New("save the cache: the fleet is too large for it")
}

func (s *Store) places() []string {
	places := make([]string, 0, len(s.records))
	for place := range s.records {
		places = append(places, place)
	}
	slices.Sort(places)
	return places
}

// prune drops what has not been used for long, and what is too many.
func (s *Store) prune(perLot int) {
	for place, records := range s.records {
		slices.SortStableFunc(records, func(a, b *record) int { return cmp.Compare(b.used, a.used) })
		for i, r := range records {
			if i >= perLot || r.used+maxAge < s.generation {
				for _, gone := range records[i:] {
					delete(s.known, gone.key)
				}
				records = records[:i]
				break
			}
		}
		s.records[place] = slices.Clip(records)
		if len(records) == 0 {
			delete(s.records, place)
		}
	}
}

// shrink drops the contents of objects that no lot refers to, once they take
// too much of the disk. The caller holds the lock of the folder.
func (s *Store) shrink() error {
	if s.pack.size() <= maxPack {
		return nil
	}
	for _, age := range []uint64{maxAge, 0} {
		needed, err := s.needed(age)
		if err != nil {
			return err
		}
		if err := s.pack.rewrite(needed); err != nil {
			return fmt.Errorf("shrink the cache: %w", err)
		}
		if s.pack.size() <= maxPack*3/4 {
			return nil
		}
	}
	return nil
}

// needed are the objects of the lots that were used in the last generations.
func (s *Store) needed(age uint64) (map[sum]bool, error) {
	needed := map[sum]bool{}
	for _, records := range s.records {
		for _, r := range records {
			if r.used+age < s.generation {
				continue
			}
			lot, err := r.unpack()
			if err != nil {
				return nil, err
			}
			for _, o := range lot.Objects {
				d, err := sumOf(o.Digest)
				if err != nil {
					return nil, err
				}
				needed[d] = true
			}
		}
	}
	return needed, nil
}
