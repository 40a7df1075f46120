package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// surveyFlags are those of the verbs that look at all lots.
type surveyFlags struct {
	cacheDir string
	noCache  bool
}

func (f *surveyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cacheDir, "cache-dir", "", "keep what was built here (default lotsync in the user's cache directory)")
	cmd.Flags().BoolVar(&f.noCache, "no-cache", false, "build everything, and keep nothing")
}

// dir is where what was built is kept, empty for nowhere.
func (f *surveyFlags) dir() (string, error) {
	if f.noCache {
		return "", nil
	}
	if f.cacheDir != "" {
		return filepath.Abs(f.cacheDir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place to keep what was built: %w: name one with --cache-dir", err)
	}
	return filepath.Join(dir, "lotsync"), nil
}

// cache is f.dir, with a word in the log where there is none.
func (a *app) cache(f surveyFlags) string {
	dir, err := f.dir()
	if err != nil {
		a.log.Debug("nothing is kept for the next run", "error", err)
	}
	return dir
}

func (a *app) openCheckout(root string, f surveyFlags) (*survey.Tree, error) {
	return survey.OpenCheckout(root, survey.CheckoutOptions{CacheDir: a.cache(f), Now: time.Now(), Log: a.log})
}

func (a *app) openStore(f surveyFlags) *survey.Store { return survey.OpenStore(a.cache(f), a.log) }

// closing closes what keeps something for the next run. That it cannot be kept
// is no failure of this one.
func (a *app) closing(what string, c io.Closer) {
	if err := c.Close(); err != nil {
		a.log.Warn("the next run starts from the beginning: name a folder that can be written with --cache-dir, or use --no-cache", "not_kept", what, "error", err)
	}
}

// survey renders the lots of a tree, with a bar.
func (a *app) survey(ctx context.Context, tree *survey.Tree, store *survey.Store, sites []sync.Site) (*survey.Result, error) {
	o := survey.DefaultOptions()
	o.Dir, o.Sites, o.Store, o.Log, o.Version = a.spec.Git.Dir, sites, store, a.log, binaryVersion()
	bar := a.progress("lots")
	defer bar.done()
	o.Progress = bar.at
	return survey.Run(ctx, tree, o)
}

// binaryVersion tells this binary from others. One that somebody works on has
// the same version as the one before, and so the file itself is looked at.
func binaryVersion() string {
	if version != "dev" && !strings.HasSuffix(version, "-dirty") {
		return version
	}
	path, err := os.Executable()
	if err != nil {
		return version
	}
	info, err := os.Stat(path)
	if err != nil {
		return version
	}
	return fmt.Sprintf("%s of %d bytes, %d", version, info.Size(), info.ModTime().UnixNano())
}

const (
	// rareGC lets the heap grow before it is looked through: building all lots
	// makes much that soon is of no use.
	rareGC = 400
	// memoryGoal is from where on memory counts more than time, in bytes.
	memoryGoal = 384 << 20
)

// sparing trades memory for time. It is for commands that build all lots and
// end.
func sparing() {
	debug.SetGCPercent(rareGC)
	debug.SetMemoryLimit(memoryGoal)
}
