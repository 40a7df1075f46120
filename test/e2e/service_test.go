package e2e

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	gosync "sync"
	"syscall"
	"testing"
	"time"

	"github.com/lotsync/lotsync/service"
)

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheAgentAsAService(t *testing.T) {
	l := newLot(t)
	systemd := listenAsSystemd(t)
	a := l.start(t, "NOTIFY_SOCKET="+systemd.path, "WATCHDOG_USEC=300000")
	a.becomesGood(t)
	systemd.hears(t, "READY=1")
	systemd.hears(t, "WATCHDOG=1")

	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "in step: in step\n"} {
		if code, body := a.probe(t, path); code != http.StatusOK || body != want {
			t.Errorf("%s: %d %q, want 200 %q", path, code, body, want)
		}
	}
	_, metrics := a.probe(t, "/metrics")
	for _, want := range []string{"lotsync_in_step{", "lotsync_git_reachable{", "lotsync_render_peak_bytes{", `site="` + string(l.site) + `"`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}

	l.retariff("6.10")
	a.signal(t, syscall.SIGHUP)
	a.becomesGood(t)

	l.retariff("6.20")
	out := l.inStep(t)
	if string(out.Tip.Commit) != l.repo.head() {
		t.Errorf("lotsync sync, through the agent: at %s, Git is at %s", out.Tip.Commit, l.repo.head())
	}
	if r := l.lotsync(t, "status"); r.code != 0 || !strings.Contains(r.stdout, "running, last pass") {
		t.Errorf("status with the agent running: exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}

	a.terminate(t)
	systemd.hears(t, "STOPPING=1")
	if _, err := os.Stat(l.socket()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if r := l.lotsync(t, "status"); r.code != 0 || !strings.Contains(r.stdout, "not running") {
		t.Errorf("status with the agent stopped: exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// retariff commits another tariff.
func (l *lot) retariff(tariff string) {
	l.repo.commit(map[string]string{l.file("site.yaml"): strings.Replace(siteYAML, "3.20", tariff, 1)})
}

func TestTheAgentEndsInTimeWhileTheAPIDoesNotAnswer(t *testing.T) {
	l := newLot(t)
	a := l.start(t)
	a.becomesGood(t)
	if err := l.plane.PauseAPI(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.plane.ResumeAPI(); err != nil {
			t.Error(err)
		}
	})
	eventually(t, passLimit, func() error {
		st, err := a.status(t)
		if err == nil && service.Late(st, time.Now()) < time.Second {
			err = errors.New("the pass that the API holds up has not begun")
		}
		return err
	})
	a.terminate(t)
}

func TestTheAgentEndsInTimeWhileGitStalls(t *testing.T) {
	l := newLot(t)
	stalled := stall(t)
	a := l.start(t, "LOTSYNC_REPO=http://"+stalled.addr+"/fleet.git")
	select {
	case <-stalled.asked:
	case <-time.After(passLimit):
		t.Fatal("Git was never asked")
	}
	a.terminate(t)
}

// stalled is a server that takes what it is sent and never answers.
type stalled struct {
	addr  string
	asked chan struct{} // closed when it was asked
}

func stall(t *testing.T) *stalled {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stalled{addr: l.Addr().String(), asked: make(chan struct{})}
	var once gosync.Once
	var open gosync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 1)); err == nil {
					once.Do(func() { close(s.asked) })
				}
				_, _ = io.Copy(io.Discard, conn) // until the other side gives up
			})
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return s
}

// systemd is the other end of the socket on which a service says how it is. It
// reads always: a full socket would hold the agent up.
type systemd struct {
	path string
	said chan string
}

func listenAsSystemd(t *testing.T) *systemd {
	t.Helper()
	s := &systemd{path: filepath.Join(t.TempDir(), "notify"), said: make(chan string, 10_000)}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: s.path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	var reading gosync.WaitGroup
	reading.Go(func() {
		buffer := make([]byte, 1024)
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			s.said <- string(buffer[:n])
		}
	})
	t.Cleanup(func() { conn.Close(); reading.Wait() })
	return s
}

// hears waits until the agent says want.
func (s *systemd) hears(t *testing.T, want string) {
	t.Helper()
	ctx := within(t, 20*time.Second)
	for {
		select {
		case said := <-s.said:
			if said == want {
				return
			}
		case <-ctx.Done():
			t.Fatalf("the agent did not say %s", want)
		}
	}
}
