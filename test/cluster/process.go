package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// logTail is how much of a program's log an error quotes, in bytes.
const logTail = 2000

// process is one running program of the control plane.
type process struct {
	name  string
	log   string // its output, a file
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
}

// spawn starts the program name of binary with args; its output goes to a file
// in logs. It runs until it is killed or this process ends: ctx is not its life.
func spawn(ctx context.Context, binary, logs string, program invocation) (*process, error) {
	p := &process{name: program.name, log: filepath.Join(logs, program.name+".log"), ended: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, privateFile)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), binary, append([]string{program.name}, program.args...)...) //nolint:gosec // the binary that Build made
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error, 1)
	go p.hold(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", program.name, err)
	}
	return p, nil
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

func (p *process) signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// kill ends the program, a paused one too, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended
	<-p.ended
}

// dead returns an error that quotes the program's log if it has ended.
func (p *process) dead() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s ended (%s): %s", p.name, p.cmd.ProcessState, p.tail())
	default:
		return nil
	}
}

func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-logTail):]))
}
