package git

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// lfsPointer begins what Git LFS keeps in the place of a file's content.
const lfsPointer = "version https://git-lfs.github.com/spec/"

// readSite reads the site's part of a repository, whole. Equal parts have equal
// keys, wherever they are read from.
func readSite(fsys fs.FS, dir string, site sync.Site) (sync.Snapshot, error) {
	dir = path.Clean(dir)
	part, err := fleet.Closure(fsys, dir, site)
	if err != nil {
		return sync.Snapshot{}, err
	}
	snap := sync.Snapshot{
		Site:      site,
		Dir:       dir,
		Files:     make(map[string][]byte, len(part.Files)),
		Irregular: part.Irregular,
	}
	for _, name := range part.Files {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return sync.Snapshot{}, fmt.Errorf("site %s: read %s: %w", site, name, err)
		}
		if bytes.HasPrefix(data, []byte(lfsPointer)) {
			snap.Irregular[name] = sync.LFSPointer
			continue
		}
		snap.Files[name] = data
	}
	snap.Revision.Key = key(snap)
	return snap, nil
}

// key stands for the content of a snapshot. The mode of a regular file is left
// out, as nothing that is rendered depends on it.
func key(snap sync.Snapshot) sync.Digest {
	h := sha256.New()
	fmt.Fprintf(h, "lotsync closure 1\n%q %q\n", snap.Site, snap.Dir)
	for _, name := range slices.Sorted(maps.Keys(snap.Files)) {
		fmt.Fprintf(h, "file %q %s\n", name, sync.DigestOf(snap.Files[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(snap.Irregular)) {
		fmt.Fprintf(h, "%s %q\n", snap.Irregular[name], name)
	}
	return sync.Digest(hex.EncodeToString(h.Sum(nil)))
}
