package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
)

// Dir is a sync.Source on a checkout as it lies on the disk, with what is not
// committed yet. It asks nobody.
type Dir struct {
	path string
	dir  string
	site sync.Site
}

var _ sync.Source = (*Dir)(nil)

// OpenDir makes a Source of the checkout at path. dir is the fleet's folder in
// it.
func OpenDir(path, dir string, site sync.Site) *Dir {
	return &Dir{path: path, dir: dir, site: site}
}

// Fetch reads the site's part of the checkout. The revision's commit is the one
// that is checked out, as far as that is easily known, and has no time.
func (d *Dir) Fetch(ctx context.Context) (sync.Revision, error) {
	snap, err := d.read(ctx)
	return snap.Revision, err
}

// Snapshot reads the site's part of the checkout. It fails with
// sync.ErrInvalid when that has changed since rev.
func (d *Dir) Snapshot(ctx context.Context, rev sync.Revision) (sync.Snapshot, error) {
	snap, err := d.read(ctx)
	if err != nil {
		return sync.Snapshot{}, err
	}
	if snap.Revision.Key != rev.Key {
		return sync.Snapshot{}, fmt.Errorf("read %s: site %s is being changed: try again: %w", d.path, d.site, sync.ErrInvalid)
	}
	return snap, nil
}

func (d *Dir) read(ctx context.Context) (sync.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return sync.Snapshot{}, err
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return sync.Snapshot{}, fmt.Errorf("read checkout: %w", err)
	}
	defer root.Close()
	snap, err := readSite(checkout{root}, d.dir, d.site)
	if err != nil {
		return sync.Snapshot{}, fmt.Errorf("read %s: %w", d.path, err)
	}
	snap.Revision.Commit = head(d.path)
	return snap, nil
}

// checkout is a folder on the disk. Nothing in it leads out, and Stat does not
// follow symlinks.
type checkout struct {
	root *os.Root
}

// Stat describes what is at a path, without following a symlink.
func (c checkout) Stat(name string) (fs.FileInfo, error) {
	info, err := c.root.Lstat(filepath.FromSlash(name))
	if err != nil || !info.IsDir() || name == "." {
		return info, err
	}
	if _, err := c.root.Lstat(filepath.FromSlash(path.Join(name, ".git"))); err != nil {
		return info, nil //nolint:nilerr // no repository of its own: a plain folder
	}
	return fileInfo{name: info.Name(), mode: fs.ModeIrregular}, nil // a submodule
}

// Open opens a file.
func (c checkout) Open(name string) (fs.File, error) { return c.root.Open(filepath.FromSlash(name)) }

// head is the commit that a checkout is at, empty if a look at one or two files
// does not tell.
func head(path string) sync.Commit {
	at, err := firstBytes(filepath.Join(path, ".git", "HEAD"))
	if err != nil {
		return ""
	}
	if ref, ok := strings.CutPrefix(at, "ref: "); ok && fs.ValidPath(ref) && strings.HasPrefix(ref, "refs/") {
		at, err = firstBytes(filepath.Join(path, ".git", filepath.FromSlash(ref)))
		if errors.Is(err, fs.ErrNotExist) {
			at = packedRef(filepath.Join(path, ".git", "packed-refs"), ref)
		}
	}
	if !plumbing.IsHash(at) {
		return ""
	}
	return sync.Commit(at)
}

// packedRef looks a ref up in git's list of refs.
func packedRef(file, ref string) string {
	refs, err := firstBytes(file)
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(refs, "\n") {
		if hash, ok := strings.CutSuffix(line, " "+ref); ok {
			return hash
		}
	}
	return ""
}

// firstBytes reads a small text file.
func firstBytes(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCredential))
	return strings.TrimSpace(string(data)), err
}
