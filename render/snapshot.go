package render

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// checkSnapshot refuses snapshots that are no site's, that hold more than files,
// or that are too large. Paths are visited in order, so that the same snapshot
// always gives the same message.
func checkSnapshot(snap sync.Snapshot, limits Limits) error {
	if err := checkFolder(snap); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(snap.Irregular)) {
		return irregular(name, snap.Irregular[name])
	}
	if len(snap.Files) > limits.Files {
		return fmt.Errorf("%d files, at most %d are rendered: split the folders that the site refers to", len(snap.Files), limits.Files)
	}
	total := 0
	for _, name := range slices.Sorted(maps.Keys(snap.Files)) {
		if !fs.ValidPath(name) {
			return fmt.Errorf("%q: is no path inside a repository", name)
		}
		size := len(snap.Files[name])
		if size > limits.FileBytes {
			return fmt.Errorf("%s: %d bytes, at most %d are rendered: keep large files out of the fleet's folders", name, size, limits.FileBytes)
		}
		total += size
	}
	if total > limits.TotalBytes {
		return fmt.Errorf("%d bytes in all files, at most %d are rendered: split the folders that the site refers to", total, limits.TotalBytes)
	}
	return nil
}

// checkFolder refuses a site that has no folder.
func checkFolder(snap sync.Snapshot) error {
	dir := fleet.SiteDir(snap.Dir, snap.Site)
	if hasFolder(snap, dir) {
		return nil
	}
	return fmt.Errorf("the site does not exist: there is no folder %s: add it with a kustomization.yaml and a site.yaml, or correct the site's name", dir)
}

func hasFolder(snap sync.Snapshot, dir string) bool {
	if dir == "." {
		return true
	}
	for _, names := range []func(func(string) bool){maps.Keys(snap.Files), maps.Keys(snap.Irregular)} {
		for name := range names {
			if strings.HasPrefix(name, dir+"/") {
				return true
			}
		}
	}
	return false
}

// irregular says what to do about what is not a regular file.
func irregular(name, kind string) error {
	if kind == sync.LFSPointer {
		return fmt.Errorf("%s: its content is in Git LFS, which is not fetched: keep files that a lot needs in the repository itself (git lfs untrack)", name)
	}
	return fmt.Errorf("%s: is a %s: only regular files are rendered: replace it with a copy, or refer to the folder that it stands for", name, kind)
}
