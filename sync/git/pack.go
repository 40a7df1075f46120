package git

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/hash"

	"github.com/lotsync/lotsync/sync"
)

var (
	errTooLarge = errors.New("the pack is too large")
	errBadPack  = errors.New("the pack is broken")
)

// addPack takes a pack into the store.
func (s store) addPack(pack io.Reader, limit int64) error {
	if err := os.MkdirAll(s.packDir(), 0o700); err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	tmp, err := os.CreateTemp(s.packDir(), tmpPrefix)
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	defer tmp.Close()
	sum, err := spool(tmp, pack, limit)
	if err != nil {
		return err
	}
	index, err := indexPack(tmp)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadPack, err)
	}
	base := filepath.Join(s.packDir(), fmt.Sprintf("pack-%x", sum))
	err = writeFile(base+".idx", func(f *os.File) error {
		_, err := idxfile.NewEncoder(f).Encode(index)
		return err
	})
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), base+".pack"); err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	return nil
}

// spool writes a pack to the disk and returns its checksum, which must be that
// of its content.
func spool(f *os.File, pack io.Reader, limit int64) ([]byte, error) {
	n, err := io.Copy(f, io.LimitReader(pack, limit+1))
	var disk *fs.PathError
	if errors.As(err, &disk) && disk.Path == f.Name() {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: more than %d bytes: %w", errTooLarge, limit, sync.ErrInvalid)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	sum, err := checksum(f, n)
	if err != nil {
		return nil, err
	}
	return sum, nil
}

// checksum is the checksum of n bytes, which are to end with it, as packs and
// their indexes do. It fails with errBadPack.
func checksum(r io.Reader, n int64) ([]byte, error) {
	h := hash.New(hash.CryptoType)
	if n <= int64(h.Size()) {
		return nil, fmt.Errorf("%w: %w", errBadPack, io.ErrUnexpectedEOF)
	}
	if _, err := io.CopyN(h, r, n-int64(h.Size())); err != nil {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	sum, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	if !bytes.Equal(sum, h.Sum(nil)) {
		return nil, fmt.Errorf("%w: its checksum is wrong", errBadPack)
	}
	return sum, nil
}

// indexPack reads a whole pack, and says where its objects are.
func indexPack(f *os.File) (index *idxfile.MemoryIndex, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	writer := new(idxfile.Writer)
	parser, err := packfile.NewParser(packfile.NewScanner(f), writer)
	if err != nil {
		return nil, err
	}
	if _, err := parser.Parse(); err != nil {
		return nil, err
	}
	return writer.Index()
}

// writeFile writes a file that is whole under its name, or not there.
func writeFile(name string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), tmpPrefix)
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	defer os.Remove(f.Name())
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%w: %w", errCache, err)
	}
	return nil
}
