// Package bench measures what it costs a lot to follow a fleet: lotsync's
// Source beside git's command line and go-git, on the same commits of generated
// fleets, served by git over HTTP, counted by a proxy.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/bench/pull"
)

const (
	repository = "fleet.git"
	folderMode = 0o700
)

// Options say what to measure.
type Options struct {
	// Lots are the sizes of fleets.
	Lots []int
	// Commits and Refs are what each has before the first sync, and Flat its
	// layout: see fleet.Options.
	Commits, Refs int
	Flat          bool
	// Programs are what pulls with each tool; tools without one are left out.
	Programs map[pull.Tool][]string
	// SSH serves over SSH, by a real sshd, instead of HTTP.
	SSH bool
	// Kubectl is the command to render with, none if empty.
	Kubectl []string
	// Dir is a folder for fleets and clones. What is put there is removed.
	Dir string
	// Progress is told what is under way.
	Progress io.Writer
}

// Row is what one tool took for one step.
type Row struct {
	Lots int
	Step string
	Tool pull.Tool
	// Counts are the proxy's.
	Counts proxy.Counts
	Answer pull.Answer
	// Written is the bytes that the file systems were made to write.
	Written int64
}

// Run measures every step with every tool on every size, in order. A pull that
// fails is a row that says so.
func Run(ctx context.Context, options Options) ([]Row, error) {
	var rows []Row
	for _, lots := range options.Lots {
		r, err := options.size(ctx, lots)
		if err != nil {
			return nil, fmt.Errorf("bench: %d lots: %w", lots, err)
		}
		rows = append(rows, r...)
	}
	return rows, nil
}

// course is the measuring of one size of fleet.
type course struct {
	options Options
	fleet   *fleet.Fleet
	server  server
	runners []*runner
	rows    []Row
}

func (o Options) size(ctx context.Context, lots int) (rows []Row, err error) {
	dir, err := os.MkdirTemp(o.Dir, "bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	served := filepath.Join(dir, "served")
	if err := os.Mkdir(served, folderMode); err != nil {
		return nil, err
	}
	o.say("%d lots: making the fleet", lots)
	f, err := fleet.Generate(ctx, filepath.Join(served, repository), fleet.Options{Lots: lots, Commits: o.Commits, Seed: 1, Refs: o.Refs, Flat: o.Flat})
	if err != nil {
		return nil, err
	}
	serve := serveHTTP
	if o.SSH {
		serve = serveSSH
	}
	s, err := serve(ctx, served)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	c := &course{options: o, fleet: f, server: s}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, tool := range pull.Tools() {
		if err := c.add(ctx, tool, filepath.Join(dir, fmt.Sprint(len(c.runners)))); err != nil {
			return nil, err
		}
	}
	err = c.run(ctx, lots)
	return c.rows, err
}

// add starts a tool's process.
func (c *course) add(ctx context.Context, tool pull.Tool, dir string) error {
	program := c.options.Programs[tool]
	if len(program) == 0 {
		return nil
	}
	if err := os.Mkdir(dir, folderMode); err != nil {
		return err
	}
	site := c.fleet.Sites()[0]
	job := pull.Job{
		Tool: tool, Site: string(site), Region: c.fleet.Region(site),
		Dir: dir, Kubectl: c.options.Kubectl,
	}
	r, err := newRunner(ctx, program, c.server, job)
	if err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	c.runners = append(c.runners, r)
	return nil
}

// run takes the steps, and at the end renders what was pulled.
func (c *course) run(ctx context.Context, lots int) error {
	for _, s := range steps() {
		if err := s.act(ctx, c.fleet); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, r := range c.runners {
			c.options.say("%d lots: %s: %s", lots, s.name, r.job.Tool)
			row, err := r.ask(pull.Pull)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, r.job.Tool, err)
			}
			row.Lots, row.Step = lots, s.name
			c.rows = append(c.rows, row)
		}
	}
	for _, r := range c.runners {
		if len(c.options.Kubectl) == 0 || !renders(r.job.Tool) {
			continue
		}
		c.options.say("%d lots: %s: %s", lots, kustomize, r.job.Tool)
		row, err := r.ask(pull.Render)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", kustomize, r.job.Tool, err)
		}
		row.Lots, row.Step = lots, kustomize
		c.rows = append(c.rows, row)
	}
	return nil
}

// renders: a tool brings files, and leaves the rendering to kubectl.
func renders(tool pull.Tool) bool { return tool == pull.Shallow || tool == pull.Sparse }

func (c *course) close() error {
	var err error
	for _, r := range c.runners {
		err = errors.Join(err, r.close())
	}
	return err
}

func (o Options) say(format string, args ...any) {
	now := time.Now().Format(time.TimeOnly)                                    //nolint:forbidigo // for a person who waits
	fmt.Fprintf(o.Progress, "%s "+format+"\n", append([]any{now}, args...)...) // progress that nobody sees is no loss
}

// kustomize is the step that renders.
const kustomize = "kubectl kustomize"

// step is something that happens to a fleet before the tools pull.
type step struct {
	name string
	act  func(context.Context, *fleet.Fleet) error
}

// steps lists them in order. The lot is the first of the fleet.
func steps() []step {
	nothing := func(context.Context, *fleet.Fleet) error { return nil }
	own := func(f *fleet.Fleet) sync.Site { return f.Sites()[0] }
	return []step{
		{"first sync", nothing},
		{"idle poll", nothing},
		{"commit to another lot", func(ctx context.Context, f *fleet.Fleet) error {
			sites := f.Sites()
			return second(f.CommitToLot(ctx, sites[min(1, len(sites)-1)]))
		}},
		{"commit to the own lot", func(ctx context.Context, f *fleet.Fleet) error {
			return second(f.CommitToLot(ctx, own(f)))
		}},
		{"commit to the region", func(ctx context.Context, f *fleet.Fleet) error {
			return second(f.CommitToRegion(ctx, f.Region(own(f))))
		}},
		{"commit to the base", func(ctx context.Context, f *fleet.Fleet) error {
			return second(f.CommitToBase(ctx))
		}},
		{"240 commits behind", func(ctx context.Context, f *fleet.Fleet) error {
			return second(f.History(ctx, 240))
		}},
		{"history rewritten", func(ctx context.Context, f *fleet.Fleet) error {
			return second(f.Rewrite(ctx))
		}},
	}
}

func second(_ sync.Commit, err error) error { return err }
