package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
)

// siteArg takes a site's name, or its folder in the checkout, as a shell
// completes it: sites/nl/ams/0042/.
func (a *app) siteArg(arg string) (sync.Site, error) {
	arg = strings.TrimSuffix(strings.TrimPrefix(arg, "./"), "/")
	if a.spec.Git.Dir != "." {
		arg = strings.TrimPrefix(arg, a.spec.Git.Dir+"/")
	}
	return sync.ParseSite(arg)
}

// checkout finds the folder with the fleet: --repo if it names a folder, else
// the nearest folder upwards that has one.
func (a *app) checkout() (string, error) {
	if a.spec.Git.URL != "" && !isURL(a.spec.Git.URL) {
		return a.spec.Git.URL, a.hasFleet(a.spec.Git.URL)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if a.hasFleet(dir) == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no %s in %s or above it: go to a checkout of the fleet, or name it with --repo (and --dir)", fleet.File(a.spec.Git.Dir), here)
		}
	}
}

func (a *app) hasFleet(dir string) error {
	file := filepath.Join(dir, filepath.FromSlash(fleet.File(a.spec.Git.Dir)))
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("no fleet there: %w: name the checkout with --repo and the fleet's folder in it with --dir", err)
	}
	return nil
}

func isURL(repo string) bool {
	if strings.Contains(repo, "://") {
		return true
	}
	host, _, scp := strings.Cut(repo, ":")
	return scp && !strings.Contains(host, "/")
}

// snapshot reads a site from the checkout, or, where --repo is a URL, fetches it
// as the agent would.
func (a *app) snapshot(ctx context.Context, site sync.Site) (sync.Snapshot, error) {
	if isURL(a.spec.Git.URL) {
		return a.fetched(ctx, site)
	}
	root, err := a.checkout()
	if err != nil {
		return sync.Snapshot{}, err
	}
	return a.fromCheckout(ctx, root, site)
}

func (a *app) fromCheckout(ctx context.Context, root string, site sync.Site) (sync.Snapshot, error) {
	return take(ctx, git.OpenDir(root, a.spec.Git.Dir, site))
}

func (a *app) fetched(ctx context.Context, site sync.Site) (snap sync.Snapshot, err error) {
	cache, err := os.MkdirTemp("", "lotsync-")
	if err != nil {
		return sync.Snapshot{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cache)) }()
	source, err := git.New(gitConfig(a.spec, site, cache))
	if err != nil {
		return sync.Snapshot{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return take(ctx, source)
}

// take fetches and reads in one go.
func take(ctx context.Context, source sync.Source) (sync.Snapshot, error) {
	rev, err := source.Fetch(ctx)
	if err != nil {
		return sync.Snapshot{}, err
	}
	return source.Snapshot(ctx, rev)
}
