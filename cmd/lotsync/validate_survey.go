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

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/render/openapi"
	"github.com/lotsync/lotsync/render/schema"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// surveyFlags are those of the verbs that look at all lots.
type surveyFlags struct {
	cacheDir   string
	noCache    bool
	kubernetes string
}

// withoutSchema is the version of Kubernetes that takes everything.
const withoutSchema = "none"

func (f *surveyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cacheDir, "cache-dir", "", "keep what was built here (default lotsync in the user's cache directory)")
	cmd.Flags().BoolVar(&f.noCache, "no-cache", false, "build everything, and keep nothing")
	cmd.Flags().StringVar(&f.kubernetes, "kubernetes-version", "", "check objects against the API of this version, such as 1.34, or none (default the newest known)")
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
func (a *app) survey(ctx context.Context, tree *survey.Tree, f surveyFlags, also func(*survey.Options)) (*survey.Result, error) {
	if err := schema.Use(); err != nil {
		return nil, err
	}
	workshop, err := render.NewWorkshop(render.DefaultLimits())
	if err != nil {
		return nil, err
	}
	o := survey.DefaultOptions()
	o.Dir, o.Builder, o.Log, o.Version = a.spec.Git.Dir, checking{workshop}, a.log, binaryVersion()
	if err := f.schema(&o); err != nil {
		return nil, err
	}
	also(&o)
	bar := a.progress("lots")
	defer bar.done()
	o.Progress = bar.at
	result, err := survey.Run(ctx, tree, o)
	counts := workshop.Counts()
	a.log.DebugContext(ctx, "lots were built", "shared", counts.Shared, "by_kustomize_alone", counts.Plain)
	return result, err
}

// checking builds lots without their bytes.
type checking struct{ *render.Workshop }

// Build implements survey.Builder.
func (c checking) Build(snap sync.Snapshot) (render.Output, error) { return c.Check(snap) }

// schema has the objects checked against the API of the version asked for.
func (f *surveyFlags) schema(o *survey.Options) error {
	if f.kubernetes == withoutSchema {
		return nil
	}
	schema, err := openapi.Load(f.kubernetes)
	if err != nil {
		return fmt.Errorf("--kubernetes-version: %w", err)
	}
	o.Schema, o.SchemaVersion = kubernetes{schema}, schema.Version()
	return nil
}

// kubernetes is a survey.Schema.
type kubernetes struct{ *openapi.Schema }

// Check implements survey.Schema.
func (k kubernetes) Check(object edge.Object) []survey.SchemaProblem {
	var out []survey.SchemaProblem
	for _, p := range k.Schema.Check(object) {
		out = append(out, survey.SchemaProblem{Field: p.Field, Message: p.Message})
	}
	return out
}

// With implements survey.Schema.
func (k kubernetes) With(crds []edge.Object) survey.Schema { //nolint:ireturn // it is that interface's method
	return kubernetes{k.Schema.With(crds)}
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
