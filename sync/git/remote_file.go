package git

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"
)

// How git is told which version of its protocol is spoken.
const (
	protocolEnv = "GIT_PROTOCOL"
	protocolV2  = "version=2"
)

// connectFile talks to a repository on this machine, through git's own
// upload-pack.
func connectFile(ctx context.Context, addr address, count *meter) (*stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "git", "upload-pack", addr.url.Path) //nolint:gosec // the operator names the repository; the path is absolute, so it is no option
	cmd.Env = append(cmd.Environ(), protocolEnv+"="+protocolV2)
	cmd.WaitDelay = time.Second
	said := &complaint{}
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("a repository on this machine is read with git's upload-pack: install git: %w", err)
		}
		return nil, err
	}
	wait := sync.OnceFunc(func() { _ = cmd.Wait() }) // its words say more than its status
	return &stream{in: &meteredWriter{in, count}, out: &ending{r: &meteredReader{out, count}, wait: wait}, stderr: said, end: func() {
		cancel()
		wait()
	}}, nil
}
