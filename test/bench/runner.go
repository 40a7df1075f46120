package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/lotsync/lotsync/test/bench/process"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/bench/pull"
)

// runner is a tool in its process, behind a proxy of its own.
type runner struct {
	job     pull.Job
	proxy   *proxy.Proxy
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
}

// newRunner starts program and gives it the job, with the address at which it
// reaches the server.
func newRunner(ctx context.Context, program []string, to server, job pull.Job) (*runner, error) {
	p, err := proxy.New(ctx, proxy.Options{Target: to.addr})
	if err != nil {
		return nil, err
	}
	if err := to.address(p.Addr(), &job); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	r := &runner{job: job, proxy: p}
	if err := r.start(ctx, program); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return r, nil
}

func (r *runner) start(ctx context.Context, program []string) error {
	r.cmd = exec.CommandContext(ctx, program[0], program[1:]...) //nolint:gosec // the caller's own program
	in, err := r.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	r.in, r.answers = in, bufio.NewReader(out)
	if err := r.cmd.Start(); err != nil {
		return err
	}
	return json.NewEncoder(r.in).Encode(r.job)
}

// ask has the tool do something, and measures it from outside.
func (r *runner) ask(what string) (Row, error) {
	pid := r.cmd.Process.Pid
	if err := process.ForgetPeak(pid); err != nil {
		return Row{}, err
	}
	r.proxy.Reset()
	before := process.Written(pid)
	if _, err := fmt.Fprintln(r.in, what); err != nil {
		return Row{}, err
	}
	line, err := r.answers.ReadBytes('\n')
	if err != nil {
		return Row{}, fmt.Errorf("the process has ended: %w", err)
	}
	row := Row{Tool: r.job.Tool, Counts: r.proxy.Reset(), Written: process.Written(pid) - before}
	if err := json.Unmarshal(line, &row.Answer); err != nil {
		return Row{}, err
	}
	if row.Answer.Peak == 0 {
		row.Answer.Peak = process.Peak(pid)
	}
	return row, nil
}

// close ends the process by giving it nothing more to do.
func (r *runner) close() error {
	return errors.Join(r.in.Close(), r.cmd.Wait(), r.proxy.Close())
}
