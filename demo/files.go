package demo

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// filesIn lists the files below dir with their size and the time of their last
// change, but for the folders that are named: two equal lists, and nothing was
// written in between.
func filesIn(dir string, without ...string) (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, name := range without {
			if d.IsDir() && path == filepath.Join(dir, name) {
				return fs.SkipDir
			}
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out[path] = fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
		return nil
	})
	return out, err
}

// difference lists the keys at which two maps differ.
func difference(before, after map[string]string) []string {
	differ := map[string]bool{}
	for key, value := range before {
		if other, ok := after[key]; !ok || other != value {
			differ[key] = true
		}
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			differ[key] = true
		}
	}
	return slices.Sorted(maps.Keys(differ))
}
