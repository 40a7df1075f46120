package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

// repository is the fleet's repository: what the Git server serves, and a
// checkout in which commits are made as people make them.
type repository struct {
	bare string // served
	work string // the checkout
	git  command
}

// gitEnv keeps a person's own settings out of the story.
func gitEnv() []string {
	return []string{
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Platform", "GIT_AUTHOR_EMAIL=platform@parkco.example",
		"GIT_COMMITTER_NAME=Platform", "GIT_COMMITTER_EMAIL=platform@parkco.example",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
	}
}

// newRepository puts the sample fleet into a repository below dir.
func newRepository(ctx context.Context, dir string) (*repository, error) {
	r := &repository{bare: filepath.Join(dir, "served", "fleet.git"), work: filepath.Join(dir, "work")}
	r.git = command{dir: r.work, env: gitEnv()}
	if err := copyFleet(filepath.Join(r.work, "sites")); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"init", "-q", "--bare", "--initial-branch=main", r.bare},
		// As the large hosts have it: an agent may ask for the objects it lacks.
		{"-C", r.bare, "config", "uploadpack.allowFilter", "true"},
		{"-C", r.bare, "config", "uploadpack.allowAnySHA1InWant", "true"},
		{"init", "-q", "--initial-branch=main", "."},
		{"remote", "add", "origin", r.bare},
	} {
		if _, err := r.run(ctx, args...); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func copyFleet(to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return os.CopyFS(to, sites.Files())
}

func (r *repository) run(ctx context.Context, args ...string) (string, error) {
	out, _, err := r.git.run(ctx, append([]string{"git"}, args...)...)
	return strings.TrimSpace(out), err
}

// edit changes one file of the checkout.
type edit struct {
	path string // below the repository's root
	do   func(old string) (string, error)
}

// replace exchanges a text that is in the file exactly once.
func replace(path, old, with string) edit {
	return edit{path, func(text string) (string, error) {
		if n := strings.Count(text, old); n != 1 {
			return "", fmt.Errorf("%s has %q %d times, not once", path, old, n)
		}
		return strings.Replace(text, old, with, 1), nil
	}}
}

// write gives the file this text, whatever it was.
func write(path, text string) edit {
	return edit{path, func(string) (string, error) { return text, nil }}
}

func (r *repository) apply(e edit) error {
	file := filepath.Join(r.work, filepath.FromSlash(e.path))
	old, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	text, err := e.do(string(old))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

// commit makes the edits one commit and pushes it.
func (r *repository) commit(ctx context.Context, message string, edits ...edit) (sync.Commit, error) {
	for _, e := range edits {
		if err := r.apply(e); err != nil {
			return "", err
		}
	}
	for _, args := range [][]string{
		{"add", "--all"}, {"commit", "-q", "-m", message}, {"push", "-q", "origin", "main"},
	} {
		if _, err := r.run(ctx, args...); err != nil {
			return "", err
		}
	}
	return r.head(ctx)
}

// revert takes the last commit back with another one.
func (r *repository) revert(ctx context.Context) (sync.Commit, error) {
	for _, args := range [][]string{{"revert", "--no-edit", "HEAD"}, {"push", "-q", "origin", "main"}} {
		if _, err := r.run(ctx, args...); err != nil {
			return "", err
		}
	}
	return r.head(ctx)
}

func (r *repository) head(ctx context.Context) (sync.Commit, error) {
	head, err := r.run(ctx, "rev-parse", "HEAD")
	return sync.Commit(head), err
}
