package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/process"
)

// Options say what to measure.
type Options struct {
	// Lots is the size of the fleet, and Sample how many of its lots kubectl
	// builds.
	Lots, Sample int
	// Lotsync and Kubectl are the commands.
	Lotsync, Kubectl []string
	// Dir is a folder for the fleet and the caches. What is put there is removed.
	Dir string
	// Progress is told what is under way.
	Progress io.Writer
}

// Row is what one step took.
type Row struct {
	Step string
	// Lots are those that the figures are for.
	Lots int
	Used process.Used
}

// PerLot is the processor time for one lot.
func (r Row) PerLot() time.Duration { return r.Used.CPU / time.Duration(max(r.Lots, 1)) }

// The steps, in order.
const (
	Kustomize  = "kubectl kustomize, one process a lot"
	Cold       = "lotsync validate, nothing cached"
	Again      = "lotsync validate again, nothing changed"
	OwnCommit  = "lotsync validate after a commit to one lot"
	BaseImpact = "lotsync impact of a commit to the base, its parent cached"
	OneLot     = "lotsync render, one lot"
)

// Run takes every step on one fleet.
func Run(ctx context.Context, options Options) (rows []Row, err error) {
	dir, err := os.MkdirTemp(options.Dir, "bench-check-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c := &course{options: options, dir: dir}
	if err := c.prepare(ctx); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	for _, step := range []func(context.Context) (Row, error){c.kustomize, c.cold, c.again, c.ownCommit, c.baseImpact, c.oneLot} {
		row, err := step(ctx)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", row.Step, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// course is the measuring of one fleet, in a checkout of it.
type course struct {
	options Options
	dir     string
	fleet   *fleet.Fleet
}

func (c *course) checkout() string { return filepath.Join(c.dir, "checkout") }

func (c *course) prepare(ctx context.Context) error {
	c.say("%d lots: making the fleet", c.options.Lots)
	f, err := fleet.Generate(ctx, filepath.Join(c.dir, "fleet.git"), fleet.Options{Lots: c.options.Lots, Commits: 1, Seed: 1})
	if err != nil {
		return err
	}
	c.fleet = f
	_, err = c.run(ctx, []string{"git", "clone", "--quiet", f.Repo, c.checkout()})
	return err
}

func (c *course) kustomize(ctx context.Context) (Row, error) {
	sites := c.fleet.Sites()
	row := Row{Step: Kustomize}
	for i := range min(c.options.Sample, len(sites)) {
		site := sites[i*len(sites)/c.options.Sample]
		used, err := c.run(ctx, with(c.options.Kubectl, "kustomize", filepath.Join(c.checkout(), fleet.Dir, filepath.FromSlash(string(site)))))
		if err != nil {
			return row, err
		}
		row.Lots++
		row.Used.Wall += used.Wall
		row.Used.CPU += used.CPU
		row.Used.Peak = max(row.Used.Peak, used.Peak)
	}
	return row, nil
}

func (c *course) cold(ctx context.Context) (Row, error) { return c.lotsync(ctx, Cold, "validate") }

func (c *course) again(ctx context.Context) (Row, error) { return c.lotsync(ctx, Again, "validate") }

func (c *course) ownCommit(ctx context.Context) (Row, error) {
	if err := c.pull(ctx)(c.fleet.CommitToLot(ctx, c.fleet.Sites()[0])); err != nil {
		return Row{Step: OwnCommit}, err
	}
	return c.lotsync(ctx, OwnCommit, "validate")
}

func (c *course) baseImpact(ctx context.Context) (Row, error) {
	if err := c.pull(ctx)(c.fleet.CommitToBase(ctx)); err != nil {
		return Row{Step: BaseImpact}, err
	}
	return c.lotsync(ctx, BaseImpact, "impact", "HEAD~1..HEAD")
}

func (c *course) oneLot(ctx context.Context) (Row, error) {
	row, err := c.lotsync(ctx, OneLot, "render", string(c.fleet.Sites()[0]))
	row.Lots = 1
	return row, err
}

// pull takes what a commit to the fleet returns, and moves the checkout there.
func (c *course) pull(ctx context.Context) func(sync.Commit, error) error {
	return func(_ sync.Commit, err error) error {
		if err != nil {
			return err
		}
		_, err = c.run(ctx, []string{"git", "-C", c.checkout(), "pull", "--quiet", "--ff-only"})
		return err
	}
}

// lotsync runs a verb on the checkout, with the caches of this course.
func (c *course) lotsync(ctx context.Context, step string, args ...string) (Row, error) {
	c.say("%d lots: %s", c.options.Lots, step)
	used, err := c.run(ctx, with(c.options.Lotsync, append(args, "--repo", c.checkout())...))
	return Row{Step: step, Lots: c.options.Lots, Used: used}, err
}

// run runs a program as if nobody had configured it.
func (c *course) run(ctx context.Context, command []string) (process.Used, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the caller's own programs
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(c.dir, "cache"), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	said, err := os.Create(filepath.Join(c.dir, "said"))
	if err != nil {
		return process.Used{}, err
	}
	defer said.Close()
	cmd.Stderr = said // and what is printed goes nowhere
	used, err := process.Run(cmd)
	if err != nil {
		words, _ := os.ReadFile(said.Name()) // without them the error is poorer
		return used, fmt.Errorf("%s: %w: %s", command[0], err, words)
	}
	return used, nil
}

func (c *course) say(format string, args ...any) {
	now := time.Now().Format(time.TimeOnly) //nolint:forbidigo // for a person who waits
	fmt.Fprintf(c.options.Progress, "%s "+format+"\n", append([]any{now}, args...)...)
}

// with adds arguments to a command without touching it.
func with(command []string, args ...string) []string {
	return append(slices.Clip(command), args...)
}
