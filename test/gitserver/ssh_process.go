package gitserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	processes "github.com/lotsync/lotsync/test/bench/process"
)

const (
	startLimit = 10 * time.Second
	startPoll  = 10 * time.Millisecond
	logTail    = 1000
)

// process is a running sshd.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
}

// Start starts the server, again after a Stop at the same address, and returns
// when it answers.
func (s *SSH) Start(ctx context.Context) error {
	if s.process != nil {
		return nil
	}
	said, err := os.OpenFile(s.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, privateFile)
	if err != nil {
		return fmt.Errorf("ssh server: %w", err)
	}
	defer said.Close()
	p := &process{ended: make(chan struct{})}
	// It runs until Stop or the end of this process: ctx is not its life.
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), s.program, "-D", "-e", "-f", s.file("sshd_config")) //nolint:gosec // the sshd that was found
	p.cmd.Stderr = said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go p.hold(started)
	if err := <-started; err != nil {
		return fmt.Errorf("ssh server: %w", err)
	}
	s.process = p
	if err := s.await(ctx); err != nil {
		return errors.Join(fmt.Errorf("ssh server: %w: %s", err, s.tail()), s.Stop())
	}
	return nil
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
	_ = p.cmd.Wait() // how it ended shows in its log
	close(p.ended)
}

// await returns when the server greets.
func (s *SSH) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	again := time.NewTicker(startPoll)
	defer again.Stop()
	for {
		if greets(ctx, s.Addr()) {
			return nil
		}
		select {
		case <-again.C:
		case <-s.process.ended:
			return errors.New("sshd ended at once")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func greets(ctx context.Context, addr string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok && conn.SetDeadline(deadline) != nil {
		return false
	}
	hello := make([]byte, len("SSH-2.0"))
	_, err = io.ReadFull(conn, hello)
	return err == nil && bytes.Equal(hello, []byte("SSH-2.0"))
}

// Stop ends the server and cuts its connections.
func (s *SSH) Stop() error {
	if s.process == nil {
		return nil
	}
	p := s.process
	s.process = nil
	// Each connection has two processes, in a session of their own.
	sessions := processes.Family(p.cmd.Process.Pid)[1:]
	err := p.cmd.Process.Kill()
	<-p.ended
	for _, pid := range sessions {
		if killed := syscall.Kill(pid, syscall.SIGKILL); killed != nil && !errors.Is(killed, syscall.ESRCH) {
			err = errors.Join(err, killed)
		}
	}
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// tail is the end of the server's log.
func (s *SSH) tail() string {
	text, err := os.ReadFile(s.file("log"))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-logTail):]))
}
