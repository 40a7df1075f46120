// Package fleet makes Git repositories of fleets of any size, with a history,
// for tests and measurements. Equal options give equal hashes.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// Dir is the folder of the repository that the fleet lies in.
const Dir = "sites"

// Options say what a fleet is like.
type Options struct {
	// Lots is how many there are, at least 1. A quarter of them are in the
	// first, largest region.
	Lots int
	// Commits is how many follow the first one, which brings every file. Most
	// are to one lot, some to the base or a region.
	Commits int
	// Seed makes lots, and what happens to them, different.
	Seed uint64
	// Flat puts all lots of a region into one folder, <region>/<lot>. Otherwise
	// folders are small: <region>/<city>/<lot>, 25 lots to a city.
	Flat bool
	// Refs is how many refs the repository has beside its main branch, as a
	// host keeps for pull requests; they point into the history.
	Refs int
}

// Fleet is a bare repository and what is known of it. It is not for concurrent
// use.
type Fleet struct {
	// Repo is the repository's path.
	Repo string

	options Options
	regions []region
	lots    []lot
	byName  map[sync.Site]lot
	// change counts the commits that were ever made, so that each differs.
	change int
	refs   int
}

// Generate makes a fleet's bare repository at path, which must not exist, and
// packs it. It needs git on the PATH; 6000 lots take some seconds.
func Generate(ctx context.Context, path string, options Options) (*Fleet, error) {
	f, err := generate(ctx, path, options)
	if err != nil {
		return nil, fmt.Errorf("generate fleet: %w", err)
	}
	return f, nil
}

func generate(ctx context.Context, path string, options Options) (*Fleet, error) {
	if options.Lots < 1 {
		return nil, errors.New("a fleet has at least one lot")
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s exists: give a new path", path)
	}
	f := &Fleet{Repo: path, options: options, regions: regions()}
	f.layOut()
	if _, err := git(ctx, "", nil, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", path); err != nil {
		return nil, err
	}
	begin := func(s *stream) error { return f.first(s) }
	if err := f.importing(ctx, begin); err != nil {
		return nil, err
	}
	if _, err := f.History(ctx, options.Commits); err != nil {
		return nil, err
	}
	if err := f.AddRefs(ctx, options.Refs); err != nil {
		return nil, err
	}
	return f, f.Pack(ctx)
}

// Sites lists the lots in order. The first is in the largest region.
func (f *Fleet) Sites() []sync.Site {
	sites := make([]sync.Site, 0, len(f.lots))
	for _, l := range f.lots {
		sites = append(sites, l.site)
	}
	return sites
}

// Region is the region of a lot, empty if there is no such lot.
func (f *Fleet) Region(site sync.Site) string { return f.byName[site].region.Name }

// Regions lists the regions in order, the largest first.
func (f *Fleet) Regions() []string {
	var names []string
	for _, r := range f.regions {
		names = append(names, r.Name)
	}
	return names
}

// Tip is the commit that the main branch is at.
func (f *Fleet) Tip(ctx context.Context) (sync.Commit, error) {
	out, err := f.git(ctx, nil, "rev-parse", "refs/heads/main")
	return sync.Commit(strings.TrimSpace(out)), err
}

// Pack puts all objects and refs into one pack and one list, as a host's
// maintenance does. What commits add afterwards are loose objects.
func (f *Fleet) Pack(ctx context.Context) error {
	if _, err := f.git(ctx, nil, "pack-refs", "--all"); err != nil {
		return err
	}
	_, err := f.git(ctx, nil, "-c", "pack.threads=1", "repack", "-q", "-a", "-d", "--write-bitmap-index")
	return err
}

// AddRefs makes n more refs, refs/pull/<number>/head, that point to commits of
// the history in turn.
func (f *Fleet) AddRefs(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	out, err := f.git(ctx, nil, "rev-list", "refs/heads/main")
	if err != nil {
		return err
	}
	commits := strings.Fields(out)
	slices.Reverse(commits)
	var list strings.Builder
	for range n {
		f.refs++
		fmt.Fprintf(&list, "create refs/pull/%d/head %s\n", f.refs, commits[f.refs%len(commits)])
	}
	if _, err := f.git(ctx, strings.NewReader(list.String()), "update-ref", "--stdin"); err != nil {
		return err
	}
	_, err = f.git(ctx, nil, "pack-refs", "--all")
	return err
}
