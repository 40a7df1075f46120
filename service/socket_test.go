package service

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// socketPath is short: a unix socket's path has at most 107 bytes.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ls") //nolint:usetesting // t.TempDir has the test's name in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

func TestTheSocketLetsOnlyItsOwnerAndGroupIn(t *testing.T) {
	path := socketPath(t)
	l, err := ListenSocket(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o660 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// The umask is what it was.
	file := path + ".txt"
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o700 {
		t.Errorf("a file made afterwards: mode %v, %v", info.Mode(), err)
	}
}

func TestASocketThatAKilledAgentLeftBehindIsReplaced(t *testing.T) {
	path := socketPath(t)
	for range 2 {
		l, err := ListenSocket(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		unix, ok := l.(*net.UnixListener)
		if !ok {
			t.Fatalf("%T", l)
		}
		unix.SetUnlinkOnClose(false) // as SIGKILL leaves it
		_ = l.Close()
	}
}

func TestListenSocketSaysWhatIsWrong(t *testing.T) {
	file := socketPath(t)
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"a file in its place": {file, "is no socket: set --socket to another path"},
		"no such folder":      {filepath.Join(filepath.Dir(file), "no", "s"), "set --socket to a path in a folder that exists"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ListenSocket(t.Context(), c.path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "precious" {
		t.Errorf("the file has %q, %v", data, err)
	}
}

// dial serves the agent on a socket and connects to it.
func dial(t *testing.T, a Agent) (c *Client, stop func() error) {
	t.Helper()
	path := socketPath(t)
	l, err := ListenSocket(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return NewClient(path), serving(t, l, Socket(a))
}

func TestWhatTheClientAsksReachesTheAgent(t *testing.T) {
	var asked []string
	note := func(how string) func(context.Context, sync.Ask) (sync.Outcome, error) {
		return func(_ context.Context, ask sync.Ask) (sync.Outcome, error) {
			said := how
			if ask.Now {
				said += " now"
			}
			if ask.Drift {
				said += " drift"
			}
			asked = append(asked, said)
			return sync.Outcome{Standing: sync.StandingHeld, Reason: sync.ReasonOffline}, nil
		}
	}
	c, stop := dial(t, &agent{status: sync.Status{Message: "well"}, request: note("pass"), settled: note("settled")})
	if st, err := c.Status(t.Context()); err != nil || st.Message != "well" {
		t.Errorf("%+v, %v", st, err)
	}
	for _, ask := range []func() (sync.Outcome, error){
		func() (sync.Outcome, error) { return c.Sync(t.Context(), false, false) },
		func() (sync.Outcome, error) { return c.Sync(t.Context(), true, true) },
		func() (sync.Outcome, error) { return c.Poll(t.Context()) },
	} {
		if out, err := ask(); err != nil || out.Standing != sync.StandingHeld || out.Reason != sync.ReasonOffline {
			t.Errorf("%+v, %v", out, err)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if got, want := strings.Join(asked, ", "), "pass drift, settled now drift, pass"; got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestAClientThatWaitsIsAnsweredWhenTheAgentEnds(t *testing.T) {
	within := make(chan struct{})
	c, stop := dial(t, &agent{settled: func(ctx context.Context, _ sync.Ask) (sync.Outcome, error) {
		close(within)
		<-ctx.Done()
		return sync.Outcome{}, ctx.Err()
	}})
	answer := make(chan error, 1)
	go func() {
		_, err := c.Sync(context.WithoutCancel(t.Context()), true, true) // no deadline at all
		answer <- err
	}()
	<-within
	started := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := <-answer; err == nil {
		t.Error("no error")
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestAnAgentThatHasStoppedSaysSo(t *testing.T) {
	c, stop := dial(t, &agent{request: func(context.Context, sync.Ask) (sync.Outcome, error) { return sync.Outcome{}, sync.ErrStopped }})
	if _, err := c.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "the agent says: the agent has stopped") {
		t.Errorf("error %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestWithoutAnAgentTheClientSaysSo(t *testing.T) {
	if _, err := NewClient(socketPath(t)).Status(t.Context()); !errors.Is(err, ErrNoAgent) {
		t.Errorf("error %v", err)
	}
}

func TestAnswersThatAreNotTheAgentsAreErrors(t *testing.T) {
	path := socketPath(t)
	l, err := ListenSocket(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	stop := serving(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	if _, err := NewClient(path).Status(t.Context()); err == nil {
		t.Error("no error")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
