package survey

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	stdsync "sync"
)

const (
	packMagic  = "lotsync objects 1\n"
	headerSize = sha256.Size + 4
	// maxContent is the largest object, in bytes. A bundle has no more.
	maxContent = 8 << 20
	// flushAt is how much waits in memory to be written, in bytes.
	flushAt = 1 << 20
)

// pack keeps the contents of objects, each once, by digest: in a file that only
// grows, or in memory. A record is its digest, its length and the compressed
// content; what a crash leaves of the last one is cut off.
type pack struct {
	dir string // empty: in memory

	mu     stdsync.Mutex
	opened bool
	file   *os.File
	end    int64 // of what is known of the file
	places map[sum]where
	fresh  []byte // records that are not in the file yet
	added  []sum
	squash *flate.Writer
}

// where is a record's compressed content.
type where struct {
	offset int64
	size   int
	fresh  bool // in memory, not in the file
}

func (p *pack) path() string { return filepath.Join(p.dir, "objects") }

// open reads what there is. A file of another kind is begun anew.
func (p *pack) open() error {
	if p.opened {
		return nil
	}
	p.places, p.end, p.opened = map[sum]where{}, 0, true
	if p.dir == "" {
		return nil
	}
	f, err := os.Open(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	p.file = f
	return p.scan()
}

// scan reads the places of records from end on, up to the first that is not
// whole.
func (p *pack) scan() error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(p.file, p.end, info.Size()-p.end), 256<<10)
	if p.end == 0 {
		magic := make([]byte, len(packMagic))
		if _, err := io.ReadFull(in, magic); err != nil || string(magic) != packMagic {
			return nil //nolint:nilerr // nothing of use: the next write begins anew
		}
		p.end = int64(len(packMagic))
	}
	var head [headerSize]byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return nil //nolint:nilerr // the end
		}
		size := int64(binary.BigEndian.Uint32(head[sha256.Size:]))
		at := p.end + headerSize
		if size == 0 || size > maxContent || at+size > info.Size() {
			return nil
		}
		if _, err := in.Discard(int(size)); err != nil {
			return nil //nolint:nilerr // the end
		}
		p.places[sum(head[:sha256.Size])] = where{offset: at, size: int(size)}
		p.end = at + size
	}
}

// has reports whether the pack has an object.
func (p *pack) has(s sum) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.open(); err != nil {
		return false, err
	}
	_, ok := p.places[s]
	return ok, nil
}

// put adds an object, if it is not there.
func (p *pack) put(s sum, content []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.open(); err != nil {
		return err
	}
	if _, ok := p.places[s]; ok {
		return nil
	}
	from := len(p.fresh)
	p.fresh = append(append(p.fresh, s[:]...), 0, 0, 0, 0)
	buffer := bytes.NewBuffer(p.fresh)
	if p.squash == nil {
		p.squash, _ = flate.NewWriter(nil, flate.BestSpeed) // fails for an unknown level only
	}
	p.squash.Reset(buffer)
	if _, err := p.squash.Write(content); err != nil {
		return err
	}
	if err := p.squash.Close(); err != nil {
		return err
	}
	p.fresh = buffer.Bytes()
	size := len(p.fresh) - from - headerSize
	binary.BigEndian.PutUint32(p.fresh[from+sha256.Size:], uint32(size)) //nolint:gosec // below maxContent
	p.places[s] = where{offset: int64(from + headerSize), size: size, fresh: true}
	p.added = append(p.added, s)
	if p.dir != "" && len(p.fresh) >= flushAt {
		return p.flush()
	}
	return nil
}

// get reads an object's content.
func (p *pack) get(s sum) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.open(); err != nil {
		return "", err
	}
	at, ok := p.places[s]
	if !ok {
		return "", fs.ErrNotExist
	}
	squashed := make([]byte, at.size)
	if at.fresh {
		copy(squashed, p.fresh[at.offset:])
	} else if _, err := p.file.ReadAt(squashed, at.offset); err != nil {
		return "", errors.Join(errDamaged, err)
	}
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(squashed)), maxContent))
	if err != nil || sha256.Sum256(content) != s {
		return "", errors.Join(errDamaged, err)
	}
	return string(content), nil
}

// save writes what is not in the file yet.
func (p *pack) save() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" {
		return nil
	}
	return p.flush()
}

// flush appends what is fresh. Another process may have appended, or begun the
// file anew, since it was read: the lock and the look tell.
func (p *pack) flush() error {
	if len(p.fresh) == 0 {
		return nil
	}
	unlock, err := lock(p.dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := p.renew(); err != nil {
		return err
	}
	if p.end == 0 {
		if _, err := p.file.WriteAt([]byte(packMagic), 0); err != nil {
			return err
		}
		p.end = int64(len(packMagic))
	}
	if err := p.file.Truncate(p.end); err != nil {
		return err
	}
	if _, err := p.file.WriteAt(p.fresh, p.end); err != nil {
		return err
	}
	for _, s := range p.added {
		at := p.places[s]
		p.places[s] = where{offset: p.end + at.offset, size: at.size}
	}
	p.end += int64(len(p.fresh))
	p.fresh, p.added = nil, nil
	return nil
}

// renew opens the file that is there now for writing, and reads what is new in
// it.
func (p *pack) renew() error {
	f, err := os.OpenFile(p.path(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	old := p.file
	p.file = f
	if old != nil {
		defer old.Close()
	}
	if !sameFile(old, f) {
		p.end = 0
		for s, at := range p.places {
			if !at.fresh {
				delete(p.places, s)
			}
		}
	}
	mine := make(map[sum]where, len(p.added))
	for _, s := range p.added {
		mine[s] = p.places[s]
	}
	if err := p.scan(); err != nil {
		return err
	}
	maps.Copy(p.places, mine) // what another process has, too, is there twice
	return nil
}

func sameFile(a, b *os.File) bool {
	if a == nil {
		return false
	}
	x, errA := a.Stat()
	y, errB := b.Stat()
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func (p *pack) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = false
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	p.file = nil
	if err != nil {
		return fmt.Errorf("close cache: %w", err)
	}
	return nil
}
