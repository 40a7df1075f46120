// Package pull is one lot's way of getting its files, in a process of its own:
// it reads a Job, then pulls once for each line that it is sent, and answers
// with what that took. So every tool is measured in the same way.
package pull

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Job says what to pull.
type Job struct {
	// Tool is how.
	Tool Tool `json:"tool"`
	// URL is the repository's.
	URL string `json:"url"`
	// Site is the lot, and Region its region.
	Site   string `json:"site"`
	Region string `json:"region"`
	// KeyFile and HostsFile are the private key and the known_hosts for SSH.
	KeyFile   string `json:"key_file,omitempty"`
	HostsFile string `json:"hosts_file,omitempty"`
	// Dir is a folder for all that is kept.
	Dir string `json:"dir"`
	// Kubectl is the command that the git tools render with, none if empty.
	Kubectl []string `json:"kubectl,omitempty"`
}

// Tool is a way to get a lot's files.
type Tool string

// The tools.
const (
	// Lotsync is the agent's Source.
	Lotsync Tool = "lotsync"
	// Shallow is git's command line, with the newest commit in a worktree.
	Shallow Tool = "git --depth 1"
	// Sparse is git's command line, with the lot's part of it.
	Sparse Tool = "git sparse"
	// GoGit is the library's shallow fetch, without a worktree.
	GoGit Tool = "go-git"
)

// Tools lists them all.
func Tools() []Tool { return []Tool{Lotsync, Shallow, Sparse, GoGit} }

// What a line asks for.
const (
	// Pull brings the newest commit.
	Pull = "pull"
	// Render builds the lot's objects from what lies there: the git tools only.
	Render = "render"
)

// Answer is what one pull took.
type Answer struct {
	// Seconds are those of the clock.
	Seconds float64 `json:"seconds"`
	// CPU is the processor time in seconds, of programs that were started too.
	CPU float64 `json:"cpu"`
	// Peak is the memory that was resident at most, in bytes, of the programs
	// that were started; zero where it is the process' own.
	Peak int64 `json:"peak,omitempty"`
	// Error is why it failed, empty if it did not.
	Error string `json:"error,omitempty"`
}

// puller is one of the tools.
type puller interface {
	pull(ctx context.Context) error
	render(ctx context.Context) error
	// used is the processor time so far, and the most memory since the last
	// call.
	used() (cpu time.Duration, peak int64)
}

// Serve answers the lines of in until there are no more.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	if !lines.Scan() {
		return errors.New("pull: no job")
	}
	var job Job
	if err := json.Unmarshal(lines.Bytes(), &job); err != nil {
		return fmt.Errorf("pull: read job: %w", err)
	}
	tool, closeTool, err := job.open()
	if err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	answers := json.NewEncoder(out)
	for lines.Scan() {
		if err := answers.Encode(measure(ctx, tool, lines.Text())); err != nil {
			return errors.Join(err, closeTool())
		}
	}
	return errors.Join(lines.Err(), closeTool())
}

func (j Job) open() (puller, func() error, error) { //nolint:ireturn // one of the tools
	switch j.Tool {
	case Lotsync:
		return openSource(j)
	case Shallow:
		return &command{job: j, update: shallow}, nothing, nil
	case Sparse:
		return &command{job: j, update: sparse}, nothing, nil
	case GoGit:
	}
	return nil, nil, fmt.Errorf("%q is no tool of this program", j.Tool)
}

func nothing() error { return nil }

func measure(ctx context.Context, tool puller, ask string) Answer {
	act := tool.pull
	if ask == Render {
		act = tool.render
	}
	before, _ := tool.used()
	began := time.Now() //nolint:forbidigo // this is a stopwatch
	err := act(ctx)
	took := time.Since(began)
	after, peak := tool.used()
	answer := Answer{Seconds: took.Seconds(), CPU: (after - before).Seconds(), Peak: peak}
	if err != nil {
		answer.Error = err.Error()
	}
	return answer
}
