package survey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// maxSealed is the largest file of the cache that is read, in bytes.
const maxSealed = 256 << 20

// writeSealed replaces a file at once: who reads it has the old one or the new
// one, whole. It is a cache: what a power cut leaves of it shows by its sum.
func writeSealed(name, magic string, data []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("write cache: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "new-*")
	if err != nil {
		return fmt.Errorf("write cache: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write cache: %w", errors.Join(err, os.Remove(f.Name())))
		}
	}()
	sum := sha256.Sum256(data)
	for _, part := range [][]byte{[]byte(magic), sum[:], data} {
		if _, err := f.Write(part); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// readSealed reads such a file. It fails with errDamaged if it is another
// layout, or not whole.
func readSealed(name, magic string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSealed {
		return "", errDamaged
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return "", errors.Join(errDamaged, err)
	}
	rest, ok := strings.CutPrefix(string(data), magic)
	if !ok || len(rest) < sha256.Size {
		return "", errDamaged
	}
	if sum := sha256.Sum256(data[len(magic)+sha256.Size:]); string(sum[:]) != rest[:sha256.Size] {
		return "", errDamaged
	}
	return rest[sha256.Size:], nil
}

// lock holds a file of the cache's folder against other processes.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock cache: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock cache: %w", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock cache: %w", errors.Join(err, f.Close()))
	}
	return func() { _ = f.Close() }, nil
}
