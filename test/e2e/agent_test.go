package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
)

// endsWithin is how soon the agent ends after a SIGTERM, whatever it is doing.
const endsWithin = 5 * time.Second

// agent is `lotsync run` as a process.
type agent struct {
	lot    *lot
	cmd    *exec.Cmd
	log    string // a file
	listen string
	ended  chan struct{}
}

// start runs the agent, and ends it with the test. env is added to its
// environment.
func (l *lot) start(t *testing.T, env ...string) *agent {
	t.Helper()
	a := &agent{lot: l, log: filepath.Join(t.TempDir(), "log"), listen: freePort(t), ended: make(chan struct{})}
	log, err := os.Create(a.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	a.cmd = l.command(t, "run", "--listen", a.listen)
	a.cmd.Env = append(a.cmd.Env, env...)
	a.cmd.Stdout, a.cmd.Stderr = log, log
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(a.ended)
		_ = a.cmd.Wait() // the exit code is looked at by who asked for the end
	}()
	t.Cleanup(func() {
		_ = a.cmd.Process.Kill()
		<-a.ended
		if text, err := os.ReadFile(a.log); err == nil && t.Failed() {
			t.Logf("the agent's log:\n%s", text)
		}
	})
	return a
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (a *agent) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := a.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// terminate ends the agent and demands that it ends well, and soon.
func (a *agent) terminate(t *testing.T) {
	t.Helper()
	asked := time.Now()
	a.signal(t, syscall.SIGTERM)
	select {
	case <-a.ended:
	case <-time.After(2 * endsWithin):
		t.Fatal("the agent does not end")
	}
	if took := time.Since(asked); took > endsWithin || a.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("the agent ended after %s with %s, want 0 within %s", took, a.cmd.ProcessState, endsWithin)
	}
}

// status asks the agent itself.
func (a *agent) status(t *testing.T) (sync.Status, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	return service.NewClient(a.lot.socket()).Status(ctx)
}

// becomesGood waits until the newest commit runs at the lot and is good.
func (a *agent) becomesGood(t *testing.T) {
	t.Helper()
	head := a.lot.repo.head()
	eventually(t, passLimit, func() error {
		st, err := a.status(t)
		if err != nil {
			return err
		}
		if st.Standing != sync.StandingInStep || string(st.State.Seen.Commit) != head {
			return fmt.Errorf("%s: %s: %s, commit %s", st.Standing, st.Reason, st.Message, st.State.Seen.Commit)
		}
		return nil
	})
}

// probe gets a page of the agent's.
func (a *agent) probe(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t, 5*time.Second), http.MethodGet, "http://"+a.listen+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, readAll(t, resp.Body)
}
