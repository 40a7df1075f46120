package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// endLimit is how long a process may take to end when it is asked to.
const endLimit = 7 * time.Second

// process is a program that runs beside the story, and dies with it.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// spawn starts the program; its output goes to the file log. ctx is not its
// life: stop is, and the end of this process. In a group of its own it hears no
// Ctrl-C, so that it is stopped in our order.
func spawn(ctx context.Context, log string, argv, env []string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...), ended: make(chan struct{})} //nolint:gosec // our own binary
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error, 1)
	go p.hold(started)
	return p, <-started
}

// hold starts the program and waits for its end on one thread: the kernel sends
// the death signal when the thread that forked ends, not the process.
func (p *process) hold(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	_ = p.cmd.Wait() // how it ended is in its ProcessState
	close(p.ended)
}

// stop asks the program to end, and makes it if it does not.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	timer := time.NewTimer(endLimit)
	defer timer.Stop()
	select {
	case <-p.ended:
		return nil
	case <-timer.C:
	}
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
	return fmt.Errorf("%s did not end within %s of SIGTERM", p.cmd.Path, endLimit)
}

// command is a short program that is waited for.
type command struct {
	dir string
	env []string
}

// run returns what the program prints, and the CPU time of it and of those it
// waited for.
func (c command) run(ctx context.Context, argv ...string) (out string, cpu time.Duration, err error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the story's own programs
	cmd.Dir, cmd.Env = c.dir, append(cmd.Environ(), c.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = endLimit
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if cmd.ProcessState != nil {
		cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), cpu, err
}
