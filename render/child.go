package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/lotsync/lotsync/sync"
)

const (
	// memoryVariable tells the child its limit of data, in bytes.
	memoryVariable = "LOTSYNC_RENDER_MEMORY"
	// softMemory is where the child's garbage collector begins to work harder.
	softMemory = "20MiB"
	// maxWordsOfDeath bounds what is kept of a dying child's standard error.
	maxWordsOfDeath = 4 << 10
	// graceToDie is how long a killed child's pipes may stay open.
	graceToDie = 2 * time.Second
)

// child is one run of the renderer's process.
type child struct {
	cmd    *exec.Cmd
	stdout head
	stderr head
}

// newChild prepares a child with nothing in its environment but its limits.
func newChild(ctx context.Context, o Options) *child {
	c := &child{}
	c.cmd = exec.CommandContext(ctx, o.Command[0], o.Command[1:]...) //nolint:gosec // the binary itself
	c.cmd.Env = []string{
		"GOMEMLIMIT=" + softMemory,
		"GOGC=50",
		"GOMAXPROCS=1", // a second one costs memory, and saves nothing on a build this short
		memoryVariable + "=" + strconv.Itoa(o.Limits.Memory),
	}
	c.stdout.limit = len(greeting) + 4 + maxHeader + o.Limits.ManifestBytes + 1
	c.stderr.limit = maxWordsOfDeath
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, &c.stderr
	c.cmd.WaitDelay = graceToDie
	c.cmd.SysProcAttr = dieWithParent()
	return c
}

// run lives through the child's life.
func (c *child) run(snap sync.Snapshot, limits Limits) error {
	var input bytes.Buffer
	if err := writeSnapshot(&input, snap, limits); err != nil {
		return fmt.Errorf("its input: %w", err)
	}
	c.cmd.Stdin = &input
	runtime.LockOSThread() // the child is told to die with the thread that started it
	defer runtime.UnlockOSThread()
	return c.cmd.Run()
}

// cpu is the time that the ended child took.
func (c *child) cpu() time.Duration {
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// reply reads what the child sent.
func (c *child) reply(limits Limits) (answer, []byte, error) {
	var a answer
	r := bytes.NewReader(c.stdout.kept)
	if err := readHeader(r, &a); err != nil {
		return a, nil, fmt.Errorf("its answer: %w", err)
	}
	if a.Size < 0 || a.Size > limits.ManifestBytes || a.Size != r.Len() {
		return a, nil, fmt.Errorf("its answer: announces %d bytes and has %d", a.Size, r.Len())
	}
	manifest, err := io.ReadAll(r)
	return a, manifest, err
}

// death says why a child gave no answer. Lack of memory is the snapshot's fault
// if the child met its own limit, and the machine's if it was killed.
func (c *child) death(snap sync.Snapshot, limits Limits, cause error) error {
	words := string(c.stderr.kept)
	if strings.Contains(words, "out of memory") || strings.Contains(words, "cannot allocate memory") {
		return invalidf("site %s at commit %s: rendering it takes more than %d MB of memory: make the folder simpler (fewer objects, smaller ConfigMaps, no generated lists)",
			snap.Site, snap.Revision.Commit.Short(), limits.Memory>>20)
	}
	var exit *exec.ExitError
	if errors.As(cause, &exit) && exit.ExitCode() < 0 {
		return fmt.Errorf("the render process was ended from outside (%w): the machine may be short of memory", exit)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(words), "\n")
	if first != "" {
		return fmt.Errorf("the render process: %w: %s", cause, first)
	}
	return fmt.Errorf("the render process: %w", cause)
}

// head keeps the beginning of what is written to it and drops the rest.
type head struct {
	limit int
	kept  []byte
}

// Write keeps what fits.
func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), h.limit-len(h.kept))]...)
	return len(p), nil
}
