// Command cmd prints what it costs lotsync, git and go-git to follow a fleet, and
// lotsync and kubectl to check one; -o markdown writes both tables into the
// documentation. It is run at the root of a checkout: see make bench.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/lotsync/lotsync/test/bench"
	"github.com/lotsync/lotsync/test/bench/check"
	"github.com/lotsync/lotsync/test/bench/pull"
	"github.com/lotsync/lotsync/test/cluster"
)

// page is where the table goes in the documentation.
const page = "docs/BENCH.md"

// serving is the argument with which this program starts itself.
const serving = "pull"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // main
	}
}

func run(ctx context.Context) error {
	sizes := flag.String("lots", "12,600,6000", "sizes of fleets")
	output := flag.String("o", "table", "table, or markdown to write "+page)
	dir := flag.String("dir", "", "folder for fleets and clones, the system's temporary one if empty")
	commits := flag.Int("commits", 340, "commits of a fleet before the first sync")
	refs := flag.Int("refs", 100, "refs of a fleet besides its branch")
	flat := flag.Bool("flat", false, "all lots of a region in one folder, instead of 25 lots to each")
	over := flag.Bool("ssh", false, "serve over SSH, with the machine's sshd, instead of HTTP")
	checked := flag.Int("check", 6000, "lots of the fleet that is checked, 0 for none")
	flag.Parse()
	if flag.Arg(0) == serving {
		return pull.Serve(ctx, os.Stdin, os.Stdout)
	}
	lots, err := numbers(*sizes)
	if err != nil {
		return err
	}
	options := bench.Options{Lots: lots, Commits: *commits, Refs: *refs, Flat: *flat, Dir: *dir, SSH: *over, Progress: os.Stderr}
	made, err := os.MkdirTemp(*dir, "bench-programs-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := programs(ctx, made, &options); err != nil {
		return err
	}
	rows, err := bench.Run(ctx, options)
	if err != nil {
		return err
	}
	checks, err := checking(ctx, made, *checked, options)
	if err != nil {
		return err
	}
	switch *output {
	case "table":
		return errors.Join(bench.WriteTable(os.Stdout, rows), check.WriteTable(os.Stdout, checks))
	case "markdown":
		return write(ctx, options, rows, checks)
	}
	return fmt.Errorf("-o %s: use table or markdown", *output)
}

// sample is how many lots kubectl builds.
const sample = 20

// checking measures what checking a fleet of so many lots takes.
func checking(ctx context.Context, dir string, lots int, options bench.Options) ([]check.Row, error) {
	if lots == 0 {
		return nil, nil
	}
	lotsync := filepath.Join(dir, "lotsync")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "node", "-ldflags", "-s -w", "-o", lotsync, "./cmd/lotsync")
	build.Stderr = options.Progress
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build lotsync: %w", err)
	}
	return check.Run(ctx, check.Options{
		Lots: lots, Sample: sample, Lotsync: []string{lotsync}, Kubectl: options.Kubectl, Dir: options.Dir, Progress: options.Progress,
	})
}

func numbers(list string) ([]int, error) {
	var found []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-lots %s: %q is no number of lots", list, word)
		}
		found = append(found, n)
	}
	return found, nil
}

// programs makes what pulls: this program again, go-git in a module of its own,
// and kubectl.
func programs(ctx context.Context, dir string, options *bench.Options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	again, library := []string{self, serving}, filepath.Join(dir, "gogit")
	fmt.Fprintln(options.Progress, "building go-git's program (seconds)")
	build := exec.CommandContext(ctx, "go", "build", "-C", "test/bench/gogit", "-o", library, ".")
	build.Stderr = options.Progress
	if err := build.Run(); err != nil {
		return fmt.Errorf("build test/bench/gogit (at the root of a checkout?): %w", err)
	}
	options.Programs = map[pull.Tool][]string{
		pull.Lotsync: again, pull.Shallow: again, pull.Sparse: again, pull.GoGit: {library},
	}
	plane, err := cluster.Build(ctx, options.Progress)
	if err != nil {
		return err
	}
	options.Kubectl = []string{plane, "kubectl"}
	return nil
}

// write puts the table into the documentation, whole or not at all.
func write(ctx context.Context, options bench.Options, rows []bench.Row, checks []check.Row) (err error) {
	about := bench.About{
		Command: "make bench BENCH='" + strings.Join(os.Args[1:], " ") + "'", Machine: fmt.Sprintf("%s/%s with %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		Versions: []string{runtime.Version()},
	}
	version, err := exec.CommandContext(ctx, "git", "version").Output()
	if err != nil {
		return fmt.Errorf("git version: %w", err)
	}
	about.Versions = append(about.Versions, strings.TrimSpace(string(version)))
	file, err := os.CreateTemp(filepath.Dir(page), ".bench-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	err = errors.Join(bench.WriteMarkdown(file, options, rows, about), check.WriteMarkdown(file, checks), file.Chmod(0o644), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), page)
}
