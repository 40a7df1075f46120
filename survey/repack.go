package survey

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"
)

// size is that of the file, as far as it is known.
func (p *pack) size() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end
}

// inMemory keeps what comes from now on in memory: the disk does not take it.
func (p *pack) inMemory() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dir = ""
}

// drop removes a damaged file.
func (p *pack) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" {
		return
	}
	_ = os.Remove(p.path()) // if it stays, the next damage is met as this one
	for s, at := range p.places {
		if !at.fresh {
			delete(p.places, s)
		}
	}
}

// rewrite makes a new file of the needed objects in the place of the old one.
// The caller holds the lock of the folder.
func (p *pack) rewrite(needed map[sum]bool) (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" || p.file == nil {
		return nil
	}
	f, err := os.CreateTemp(p.dir, "new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	places, end, err := p.copyTo(f, needed)
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), p.path()); err != nil {
		return err
	}
	err = p.file.Close()
	p.file, p.end, p.places = f, end, places
	return err
}

// copyTo writes the needed objects to a new file, and says where.
func (p *pack) copyTo(f *os.File, needed map[sum]bool) (map[sum]where, int64, error) {
	out := bufio.NewWriterSize(f, 256<<10)
	if _, err := out.WriteString(packMagic); err != nil {
		return nil, 0, err
	}
	places, end := map[sum]where{}, int64(len(packMagic))
	for s, at := range p.places {
		if at.fresh {
			places[s] = at
			continue
		}
		if !needed[s] {
			continue
		}
		record := make([]byte, headerSize+at.size)
		copy(record, s[:])
		binary.BigEndian.PutUint32(record[len(s):], uint32(at.size)) //nolint:gosec // below maxContent
		if _, err := p.file.ReadAt(record[headerSize:], at.offset); err != nil {
			return nil, 0, err
		}
		if _, err := out.Write(record); err != nil {
			return nil, 0, err
		}
		places[s] = where{offset: end + headerSize, size: at.size}
		end += int64(len(record))
	}
	return places, end, out.Flush()
}
