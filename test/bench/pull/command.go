package pull

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lotsync/lotsync/test/bench/process"
)

// command pulls with programs.
type command struct {
	job    Job
	update func(context.Context, *command) error
	peak   int64
}

func (c *command) clone() string { return filepath.Join(c.job.Dir, "fleet") }

// pull clones the first time, and afterwards moves the worktree if there is
// something new.
func (c *command) pull(ctx context.Context) error {
	if _, err := os.Stat(c.clone()); errors.Is(err, fs.ErrNotExist) {
		return c.update(ctx, c)
	}
	if _, err := c.git(ctx, "fetch", "--quiet", "--depth=1", "--no-tags", "origin", "main"); err != nil {
		return err
	}
	at, err := c.git(ctx, "rev-parse", "HEAD", "FETCH_HEAD")
	if err != nil {
		return err
	}
	if hashes := strings.Fields(at); len(hashes) == 2 && hashes[0] == hashes[1] {
		return nil
	}
	_, err = c.git(ctx, "reset", "--quiet", "--hard", "FETCH_HEAD")
	return err
}

// shallow clones all files of the newest commit.
func shallow(ctx context.Context, c *command) error {
	_, err := c.run(ctx, "git", "clone", "--quiet", "--depth=1", "--no-tags", c.job.URL, c.clone())
	return err
}

// sparse clones what a lot needs of the newest commit.
func sparse(ctx context.Context, c *command) error {
	if _, err := c.run(ctx, "git", "clone", "--quiet", "--depth=1", "--no-tags", "--filter=blob:none", "--sparse", c.job.URL, c.clone()); err != nil {
		return err
	}
	_, err := c.git(ctx, "sparse-checkout", "set",
		"sites/base", "sites/components", "sites/regions/"+c.job.Region, "sites/"+c.job.Site)
	return err
}

func (c *command) render(ctx context.Context) error {
	if len(c.job.Kubectl) == 0 {
		return errors.New("there is no kubectl")
	}
	args := append(c.job.Kubectl[1:len(c.job.Kubectl):len(c.job.Kubectl)], "kustomize", filepath.Join(c.clone(), "sites", filepath.FromSlash(c.job.Site)))
	_, err := c.run(ctx, c.job.Kubectl[0], args...)
	return err
}

func (c *command) used() (time.Duration, int64) {
	peak := c.peak
	c.peak = 0
	return processor(syscall.RUSAGE_CHILDREN), peak
}

func (c *command) git(ctx context.Context, args ...string) (string, error) {
	return c.run(ctx, "git", append([]string{"-C", c.clone()}, args...)...)
}

// run runs a program to its end, and watches the memory of it and of those that
// it starts.
func (c *command) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	if c.job.KeyFile != "" {
		cmd.Env = append(cmd.Env, "GIT_SSH_COMMAND=ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"+
			" -o UserKnownHostsFile="+c.job.HostsFile+" -i "+c.job.KeyFile)
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	used, err := process.Run(cmd)
	c.peak = max(c.peak, used.Peak)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return out.String(), nil
}
