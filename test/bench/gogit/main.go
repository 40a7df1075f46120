// Command gogit keeps a shallow copy of a repository up to date with the whole
// of go-git, to be measured against. It is a module of its own, so that nothing
// of it gets into the agent. It speaks as package pull says.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/ssh"
)

// job is the part of pull.Job that is needed here.
type job struct {
	URL       string `json:"url"`
	Dir       string `json:"dir"`
	KeyFile   string `json:"key_file"`
	HostsFile string `json:"hosts_file"`
}

// answer is pull.Answer without what its reader measures.
type answer struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"`
	Error   string  `json:"error,omitempty"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := serve(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gogit:", err)
		os.Exit(1)
	}
}

// serve reads the job, then pulls once for each further line.
func serve(ctx context.Context) error {
	lines := bufio.NewScanner(os.Stdin)
	if !lines.Scan() {
		return errors.New("no job on the standard input")
	}
	var j job
	if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		began, used := time.Now(), cpu()
		err := pull(ctx, j)
		a := answer{Seconds: time.Since(began).Seconds(), CPU: cpu() - used}
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// pull clones without a worktree the first time, and fetches the newest commit
// afterwards.
func pull(ctx context.Context, j job) error {
	dir := filepath.Join(j.Dir, "fleet.git")
	auth, err := j.auth()
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		_, err := gogit.PlainCloneContext(ctx, dir, true, &gogit.CloneOptions{
			URL: j.URL, Auth: auth, Depth: 1, SingleBranch: true, Tags: gogit.NoTags, ReferenceName: plumbing.NewBranchReferenceName("main"),
		})
		return err
	}
	repo, err := gogit.PlainOpen(dir)
	if err != nil {
		return err
	}
	err = repo.FetchContext(ctx, &gogit.FetchOptions{
		Auth: auth, RefSpecs: []config.RefSpec{"+refs/heads/main:refs/heads/main"}, Depth: 1, Tags: gogit.NoTags, Force: true,
	})
	if errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		return nil
	}
	return err
}

// auth is the key for SSH, and nothing for HTTP.
func (j job) auth() (transport.AuthMethod, error) {
	if j.KeyFile == "" {
		return nil, nil
	}
	at, err := transport.NewEndpoint(j.URL)
	if err != nil {
		return nil, err
	}
	keys, err := ssh.NewPublicKeysFromFile(at.User, j.KeyFile, "")
	if err != nil {
		return nil, err
	}
	keys.HostKeyCallback, err = ssh.NewKnownHostsCallback(j.HostsFile)
	return keys, err
}

// cpu is the processor time that this process has used, in seconds.
func cpu() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
