package git

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
	"github.com/lotsync/lotsync/sync/git/wire"
)

const (
	cacheName  = "objects.lotsync"
	cacheMagic = "lotsync objects 1\n"
	// maxCache is the largest cache that is read, in bytes, and what it may
	// inflate to.
	maxCache, maxInflated = 16 << 20, 64 << 20
	tmpPrefix             = "tmp_" // begins the names of what is not whole yet
)

var (
	// errDamaged: something does not hold what it should.
	errDamaged = errors.New("the cache of Git objects is damaged")
	// errCache: this machine's disk does not do what it should.
	errCache = errors.New("cache of Git objects")
	// errMissing: the object is not here.
	errMissing = errors.New("not fetched")
)

// memo is what the cache says besides its objects.
type memo struct {
	// Remote is what the next two were found out of.
	Remote sync.Digest       `json:"remote"`
	Caps   wire.Capabilities `json:"caps"`
	// Refused is the first way that was not refused.
	Refused rung `json:"refused"`
	// Current and Previous are the commits whose closures it holds.
	Current  string `json:"current"`
	Previous string `json:"previous,omitempty"`
}

// cache is one file. It is whole under its name, or not there; what is wrong
// with it is found by its checksum, and then it counts for nothing.
type cache struct {
	dir string
}

func (c cache) path() string { return filepath.Join(c.dir, cacheName) }

// clean removes what a crash and former versions have left behind.
func (c cache) clean() error {
	entries, err := os.ReadDir(c.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if name != "tip" && name != "objects" && !strings.HasPrefix(name, tmpPrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(c.dir, name)); err != nil {
			return fmt.Errorf("%w: %w", errCache, err)
		}
	}
	return nil
}

// load reads the cache. It fails with fs.ErrNotExist where there is none, and
// with errDamaged.
func (c cache) load() (memo, *held, error) {
	f, err := os.Open(c.path())
	if err != nil {
		return memo{}, nil, fmt.Errorf("%w: %w", errCache, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCache+1))
	if err != nil {
		return memo{}, nil, fmt.Errorf("%w: %w", errCache, err)
	}
	m, objects, err := decodeCache(data)
	if err != nil {
		return memo{}, nil, fmt.Errorf("%w: %s: %w", errDamaged, c.path(), err)
	}
	return m, objects, nil
}

// save writes the cache. It returns when it would survive a power cut.
func (c cache) save(m memo, objects *held) error {
	data, err := encodeCache(m, objects)
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	return writeFile(c.path(), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// drop removes the cache.
func (c cache) drop() error {
	if err := os.Remove(c.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	return nil
}

// encodeCache writes the objects in the order of their hashes: equal caches are
// equal files.
func encodeCache(m memo, objects *held) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(cacheMagic)
	zip, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	body := append(head, '\n')
	order := func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) }
	for _, id := range slices.SortedFunc(maps.Keys(objects.objects), order) {
		object := objects.objects[id]
		body = append(body, byte(object.Kind)) //nolint:gosec // kinds are small
		body = binary.AppendUvarint(body, uint64(len(object.Data)))
		body = append(body, object.Data...)
	}
	if _, err := zip.Write(body); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	return append(out.Bytes(), sum[:]...), nil
}

// decodeCache reads what encodeCache wrote. The hash of each object is computed,
// so that an object is what its hash says.
func decodeCache(file []byte) (memo, *held, error) {
	if len(file) < len(cacheMagic)+sha256.Size || len(file) > maxCache || !bytes.HasPrefix(file, []byte(cacheMagic)) {
		return memo{}, nil, errors.New("this is no cache")
	}
	body := file[:len(file)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], file[len(body):]) {
		return memo{}, nil, errors.New("its checksum is wrong")
	}
	r := bufio.NewReader(io.LimitReader(flate.NewReader(bytes.NewReader(body[len(cacheMagic):])), maxInflated))
	head, err := r.ReadBytes('\n')
	if err != nil {
		return memo{}, nil, err
	}
	var m memo
	if err := json.Unmarshal(head, &m); err != nil {
		return memo{}, nil, err
	}
	objects := newHeld()
	for {
		object, err := decodeObject(r)
		if errors.Is(err, io.EOF) {
			return m, objects, nil
		}
		if err != nil {
			return memo{}, nil, err
		}
		objects.put(object.ID(), object)
	}
}

func decodeObject(r *bufio.Reader) (pack.Object, error) {
	kind, err := r.ReadByte()
	if err != nil {
		return pack.Object{}, err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil || size > maxInflated {
		return pack.Object{}, errors.New("an object without a size")
	}
	// What is not there takes no memory, whatever size it says.
	data, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil || uint64(len(data)) < size {
		return pack.Object{}, errors.New("an object that is cut off")
	}
	return pack.Object{Kind: plumbing.ObjectType(kind), Data: data}, nil //nolint:gosec // its hash tells whether it is one
}
