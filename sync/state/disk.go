package state

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// writer is everything that a Store does to the disk. What the methods promise
// is all that a Store relies on after a power cut.
type writer interface {
	// WriteSync makes the file's content durable, though not yet its name. A
	// cut during it leaves any part of the content.
	WriteSync(name string, data []byte) error
	// Rename replaces the new name in one step, durable with SyncDir.
	Rename(oldName, newName string) error
	// Remove takes a file away, durable with SyncDir.
	Remove(name string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
}

// disk is the writer on the real file system.
type disk struct{}

// WriteSync is part of writer.
func (disk) WriteSync(name string, data []byte) error {
	f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Rename is part of writer.
func (disk) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

// Remove is part of writer.
func (disk) Remove(name string) error { return os.Remove(name) }

// SyncDir is part of writer.
func (disk) SyncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// tmpSuffix marks what a crash may leave behind.
const tmpSuffix = ".tmp"

// replace puts a whole file in the place of name, or leaves what was there.
func replace(w writer, name string, data []byte) error {
	tmp := name + tmpSuffix
	if err := w.WriteSync(tmp, data); err != nil {
		// A full disk needs the space; what cannot be removed now is when the
		// store is opened next.
		_ = w.Remove(tmp)
		return advise(err)
	}
	// Cut here: the old file holds, and Open removes the temporary one.
	if err := w.Rename(tmp, name); err != nil {
		return advise(err)
	}
	// Cut here: the old file or the new one, each of them whole.
	return advise(w.SyncDir(filepath.Dir(name)))
}

// maxFile bounds what is read of one file, in bytes: far above any state or
// bundle, and far below the node's memory.
const maxFile = 16 << 20

// readFile reads a file that may be damaged in its length, too.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	return data, errors.Join(err, f.Close())
}

// advise adds what a person can do to the errors that an ageing disk gives.
func advise(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: make room on this disk (see df -h, df -i); the lot keeps running meanwhile", err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: a worn SD card or a file system error turns a disk read-only (see dmesg): remount it, or replace the card", err)
	case errors.Is(err, syscall.EIO):
		return fmt.Errorf("%w: the disk does not take or give data (see dmesg): replace it before it fails", err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: run as the user who owns the state directory, or choose another with --state-dir", err)
	}
	return err
}
