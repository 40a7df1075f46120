package survey

import (
	"crypto/sha1" //nolint:gosec // Git's own hash of content
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	stdsync "sync"
	"time"

	"golang.org/x/sys/unix"
)

// CheckoutOptions say how a checkout is read.
type CheckoutOptions struct {
	// CacheDir keeps the hashes of files between runs, so that files that have
	// not changed are not read again; nothing is kept if empty.
	CacheDir string
	// Now is a moment before the checkout is opened.
	Now time.Time
	// Log hears of a cache that is of no use.
	Log *slog.Logger
}

// OpenCheckout opens the working tree at a path, with what is not committed yet.
func OpenCheckout(root string, o CheckoutOptions) (*Tree, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("open checkout: %w", err)
	}
	opened, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open checkout: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &checkout{root: opened, stats: openStats(o, abs)}
	return newTree(c, c.close, root), nil
}

// checkout is a working tree.
type checkout struct {
	root  *os.Root
	stats *stats

	mu stdsync.Mutex // guards the hashes of entries
}

// errChanged: a file is not what it was when the run began.
var errChanged = errors.New("it is being changed: run again")

func (c *checkout) list(name string) (map[string]*entry, error) {
	dir, err := c.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	in := make(map[string]*entry, len(names))
	for _, n := range names {
		e, err := lstatAt(int(dir.Fd()), n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Join(name, n), err)
		}
		if e != nil {
			in[n] = e
		}
	}
	return in, nil
}

// lstatAt looks at one name of an open folder; nil if it has gone.
func lstatAt(dir int, name string) (*entry, error) {
	var st unix.Stat_t
	err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, unix.ENOENT) {
		return nil, nil //nolint:nilnil // nothing there
	}
	if err != nil {
		return nil, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return &entry{kind: file, stat: statOf(&st)}, nil
	case unix.S_IFLNK:
		return &entry{kind: symlink}, nil
	case unix.S_IFDIR:
		if unix.Fstatat(dir, name+"/.git", &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
			return &entry{kind: submodule}, nil
		}
		return &entry{kind: folder}, nil
	}
	return &entry{kind: submodule}, nil // a socket, a device: nothing to render
}

func (c *checkout) size(e *entry) (int64, error) { return e.stat.size, nil }

// read reads a file that is as it was when its folder was listed.
func (c *checkout) read(name string, e *entry) (data []byte, blob string, err error) {
	f, err := c.root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, maxBlob+1))
	if err != nil {
		return nil, "", err
	}
	if int64(len(data)) > maxBlob {
		return nil, "", fmt.Errorf("more than %d bytes", maxBlob)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, "", err
	}
	blob = blobOf(data)
	c.mu.Lock()
	defer c.mu.Unlock()
	if statOf(&st) != e.stat || e.hash != "" && e.hash != blob {
		return nil, "", errChanged
	}
	e.hash = blob
	return data, blob, nil
}

func (c *checkout) blob(name string, e *entry) (string, error) {
	c.mu.Lock()
	if e.hash == "" {
		e.hash = c.stats.blob(name, e.stat)
	}
	hash := e.hash
	c.mu.Unlock()
	if hash == "" {
		var err error
		if _, hash, err = c.read(name, e); err != nil {
			return "", err
		}
	}
	c.stats.note(name, e.stat, hash)
	return hash, nil
}

func (c *checkout) close() error { return errors.Join(c.stats.save(), c.root.Close()) }

// blobOf is the hash that Git gives content.
func blobOf(data []byte) string {
	h := sha1.New() //nolint:gosec // Git's own hash of content
	_, _ = io.WriteString(h, "blob "+strconv.Itoa(len(data))+"\x00")
	_, _ = h.Write(data)
	return string(h.Sum(nil))
}
