package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// result is what one run of the program came to.
type result struct {
	code           int
	stdout, stderr string
}

// passLimit bounds one run of the program, on a busy machine.
const passLimit = 2 * time.Minute

// lotsync runs the program as the lot's node would.
func (l *lot) lotsync(t *testing.T, args ...string) result {
	t.Helper()
	cmd := l.command(t, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		t.Fatalf("lotsync %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// command is a run of the program that has not begun. Its environment says what
// a node's configuration would.
func (l *lot) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(within(t, passLimit), binary, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"LOTSYNC_SITE=" + string(l.site),
		"LOTSYNC_REPO=" + l.server.URL("fleet.git"),
		"LOTSYNC_KUBECONFIG=" + l.kubeconfig,
		"LOTSYNC_STATE_DIR=" + l.stateDir,
		"LOTSYNC_LISTEN=",
		"LOTSYNC_SOCKET=" + l.socket(),
	}
	if !slices.Contains(args, "--config") { // which says so itself
		cmd.Env = append(cmd.Env, "LOTSYNC_NAMESPACE="+l.namespace)
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// socket is where the lot's agent is asked.
func (l *lot) socket() string { return filepath.Join(filepath.Dir(l.stateDir), "lotsync.sock") }

// sync runs one sync and reads what it says.
func (l *lot) sync(t *testing.T, args ...string) (sync.Outcome, result) {
	t.Helper()
	r := l.lotsync(t, append([]string{"sync", "-o", "json"}, args...)...)
	var out sync.Outcome
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		t.Fatalf("lotsync sync: exit code %d, %v\n%s%s", r.code, err, r.stdout, r.stderr)
	}
	return out, r
}

// inStep syncs and demands that the lot is in step.
func (l *lot) inStep(t *testing.T, args ...string) sync.Outcome {
	t.Helper()
	out, r := l.sync(t, args...)
	if r.code != 0 || out.Standing != sync.StandingInStep {
		t.Fatalf("lotsync sync: exit code %d, %s: %s: %s\n%s", r.code, out.Standing, out.Reason, out.Message, r.stderr)
	}
	return out
}
