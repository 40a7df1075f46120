package fleet

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

const (
	fleetFile = "fleet.yaml"
	siteFile  = "site.yaml"
)

// File is the path of fleet.yaml in a repository whose fleet lies in dir.
func File(dir string) string { return path.Join(dir, fleetFile) }

// SiteDir is the path of a site's folder.
func SiteDir(dir string, site sync.Site) string { return path.Join(dir, string(site)) }

// SiteFile is the path of a site's site.yaml.
func SiteFile(dir string, site sync.Site) string { return path.Join(SiteDir(dir, site), siteFile) }

// ListSites lists the sites of the fleet in dir, sorted: the folders that have
// a site.yaml. It fails when a folder with a site.yaml has no valid name.
func ListSites(fsys fs.FS, dir string) ([]sync.Site, error) {
	dir = path.Clean(dir)
	var sites []sync.Site
	err := fs.WalkDir(fsys, dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Name() != siteFile || path.Dir(p) == dir:
			return nil
		}
		folder := path.Dir(p)
		if dir != "." {
			folder = strings.TrimPrefix(folder, dir+"/")
		}
		site, err := sync.ParseSite(folder)
		if err != nil {
			return fmt.Errorf("%s: %w: rename the folder", path.Dir(p), err)
		}
		sites = append(sites, site)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such folder: give the fleet's folder with --dir", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("list sites: %w", err)
	}
	slices.SortFunc(sites, cmp.Compare[sync.Site])
	return sites, nil
}
