package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// span is what is compared with what.
type span struct {
	base, head string // revisions
	forkPoint  bool   // the base is where the two branched off
	worktree   bool   // the head is the working tree
}

func (s span) String() string {
	switch {
	case s.worktree:
		return s.base
	case s.forkPoint:
		return s.base + "..." + s.head
	}
	return s.base + ".." + s.head
}

const spanForms = `give main..HEAD to compare two commits, main...HEAD to compare with where HEAD branched off, main to compare a commit with the working tree, or --worktree to see what is not committed`

// parseSpan reads revisions as git diff takes them.
func parseSpan(args []string, withWorktree bool) (span, error) {
	switch {
	case len(args) > 2:
		return span{}, fmt.Errorf("%d arguments, want one: impact is of the whole fleet: %s", len(args), spanForms)
	case len(args) == 2:
		if withWorktree || strings.Contains(args[0]+args[1], "..") {
			return span{}, fmt.Errorf("%s: want one range, or two revisions: %s", strings.Join(args, " "), spanForms)
		}
		return span{base: args[0], head: args[1]}, nil
	case len(args) == 0 && !withWorktree:
		return span{}, fmt.Errorf("compare what? %s", spanForms)
	case len(args) == 0:
		return span{base: "HEAD", worktree: true}, nil
	}
	arg := args[0]
	base, head, fork := strings.Cut(arg, "...")
	isRange := fork
	if !fork {
		base, head, isRange = strings.Cut(arg, "..")
	}
	switch {
	case isRange && withWorktree:
		return span{}, fmt.Errorf("--worktree %s: the working tree is compared with one revision: give --worktree %s", arg, orHEAD(base))
	case strings.Contains(head, ".."):
		return span{}, fmt.Errorf("%s: a range has two revisions: %s", arg, spanForms)
	case isRange:
		return span{base: orHEAD(base), head: orHEAD(head), forkPoint: fork}, nil
	case arg == "":
		return span{}, fmt.Errorf("an empty revision: %s", spanForms)
	}
	return span{base: arg, worktree: true}, nil
}

// orHEAD is what git takes an empty side of a range for.
func orHEAD(revision string) string {
	if revision == "" {
		return "HEAD"
	}
	return revision
}

// sides finds the commits of a span, and says so where something in the working
// tree is not part of it.
func (a *app) sides(ctx context.Context, w worktree, s span) (out impactReport, err error) {
	out.Base.Revision, out.Head.Revision = s.base, s.head
	if out.Base.Commit, err = w.resolve(ctx, s.base); err != nil {
		return out, err
	}
	if s.worktree {
		out.Head.Worktree = true
		return out, nil
	}
	if out.Head.Commit, err = w.resolve(ctx, s.head); err != nil {
		return out, err
	}
	if s.forkPoint {
		if out.Base.Commit, err = w.mergeBase(ctx, s, out.Base.Commit, out.Head.Commit); err != nil {
			return out, err
		}
	}
	here, err := w.resolve(ctx, "HEAD")
	if err != nil || here != out.Head.Commit {
		return out, err
	}
	dirty, err := w.dirty(ctx, a.spec.Git.Dir)
	if dirty {
		fmt.Fprintf(a.err, "note: the working tree has changes that are not committed and so not in %s: lotsync impact %s compares with them\n", s, s.base)
	}
	return out, err
}

// worktree is a checkout, asked through git.
type worktree struct{ root string }

// resolve is the commit that a revision names.
func (w worktree) resolve(ctx context.Context, revision string) (string, error) {
	if strings.HasPrefix(revision, "-") {
		return "", fmt.Errorf("%s is no revision: %s", revision, spanForms)
	}
	out, err := w.git(ctx, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		if _, err := w.git(ctx, "rev-parse", "--git-dir"); err != nil {
			return "", fmt.Errorf("%s is no checkout of a Git repository: %w", w.root, err)
		}
		return "", fmt.Errorf("no revision %s in %s: check how it is written, or fetch it: a branch of the remote is origin/%s, and a shallow clone, as CI makes it, has the last commit only (git fetch --unshallow)", revision, w.root, revision)
	}
	return out, err
}

func (w worktree) mergeBase(ctx context.Context, s span, base, head string) (string, error) {
	out, err := w.git(ctx, "merge-base", base, head)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("%s and %s have no commit in common, at least not in this clone: fetch more of them (git fetch --unshallow), or compare them as they are: %s..%s", s.base, s.head, s.base, s.head)
	}
	return out, err
}

// dirty reports whether something of the fleet is not committed.
func (w worktree) dirty(ctx context.Context, dir string) (bool, error) {
	out, err := w.git(ctx, "status", "--porcelain", "--", dir)
	return out != "", err
}

// git runs git in the checkout, where it writes nothing, and returns what it
// prints.
func (w worktree) git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", w.root}, args...)...) //nolint:gosec // no revision begins with a hyphen
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("impact asks git about the checkout: %w: install git", err)
	}
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
