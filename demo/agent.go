package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
)

// agent is the lot's agent: the real binary, as on a node.
type agent struct {
	binary  string
	config  string // its configuration file
	state   string // its state directory
	logFile string
	listen  string
	client  *service.Client
	process *process
}

// newAgent writes what a node's agent is told. It starts nothing.
func newAgent(ctx context.Context, binary, dir, repo, kubeconfig string) (*agent, error) {
	a := &agent{
		binary: binary, config: filepath.Join(dir, "lotsync.yaml"),
		state: filepath.Join(dir, "state"), logFile: filepath.Join(dir, "agent.log"),
	}
	socket := filepath.Join(dir, "lotsync.sock")
	a.client = service.NewClient(socket)
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a.listen = l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": "lotsync.dev/v1alpha1", "kind": "Agent",
		"spec": map[string]any{
			"site": lot, "git": map[string]any{"url": repo}, "cluster": map[string]any{"kubeconfig": kubeconfig},
			"stateDir": a.state, "listen": a.listen, "socket": socket,
		},
	})
	if err != nil {
		return nil, err
	}
	return a, os.WriteFile(a.config, text, 0o600)
}

// start runs the agent.
func (a *agent) start(ctx context.Context) (err error) {
	a.process, err = spawn(ctx, a.logFile, []string{a.binary, "run", "--config", a.config}, a.env())
	return err
}

// env is the environment without settings for an agent of the person's own.
func (a *agent) env() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "LOTSYNC_") || strings.HasPrefix(v, "KUBECONFIG=")
	})
}

func (a *agent) stop() error {
	if a.process == nil {
		return nil
	}
	return a.process.stop()
}

func (a *agent) pid() int { return a.process.cmd.Process.Pid }

// alive fails when the agent has ended.
func (a *agent) alive() error {
	select {
	case <-a.process.ended:
		return fmt.Errorf("the agent has ended (%s)", a.process.cmd.ProcessState)
	default:
		return nil
	}
}

// poll has the agent ask Git, as its schedule would.
func (a *agent) poll(ctx context.Context) (sync.Outcome, error) { return a.client.Poll(ctx) }

// awaitStatus waits until the agent's status is as wanted.
func (a *agent) awaitStatus(ctx context.Context, limit time.Duration, what string, wanted func(sync.Status) bool) error {
	var last sync.Status
	err := await(ctx, limit, what, func(ctx context.Context) (bool, error) {
		if err := a.alive(); err != nil {
			return false, err
		}
		st, err := a.client.Status(ctx)
		if errors.Is(err, service.ErrNoAgent) { // it is on its way up
			return false, nil
		}
		last = st
		return err == nil && wanted(st), err
	})
	if err != nil && last.Message != "" {
		err = fmt.Errorf("%w; the agent is %s (%s): %s", err, last.Standing, last.Reason, last.Message)
	}
	return err
}

// awaitGood waits until the lot is in step with that commit.
func (a *agent) awaitGood(ctx context.Context, limit time.Duration, commit sync.Commit) error {
	return a.awaitStatus(ctx, limit, "the lot was in step with commit "+commit.Short(), func(st sync.Status) bool {
		return st.Standing == sync.StandingInStep && st.State.Seen.Commit == commit &&
			st.State.Current != nil && st.State.Current.Phase == sync.Good
	})
}

// verb runs a verb of the command line on the lot, as its technician would.
func (a *agent) verb(ctx context.Context, verb string) (string, error) {
	out, _, err := command{env: []string{"NO_COLOR=1"}}.run(ctx, a.binary, verb, "--config", a.config)
	return out, err
}

// bundle reads the bundle in place from the agent's disk.
func (a *agent) bundle(ctx context.Context) ([]ref, error) {
	st, err := a.client.Status(ctx)
	if err != nil {
		return nil, err
	}
	if st.State.Current == nil {
		return nil, errors.New("the lot has no bundle")
	}
	text, err := os.ReadFile(filepath.Join(a.state, "bundles", string(st.State.Current.Digest)+".yaml"))
	if err != nil {
		return nil, err
	}
	return objectsOf(text)
}

// metric reads one of the agent's metrics by its name.
func (a *agent) metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.listen+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		rest, found := strings.CutPrefix(lines.Text(), name)
		if _, value, ok := strings.Cut(rest, " "); found && ok && strings.IndexAny(rest, "{ ") == 0 {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("the agent has no metric %s", name)
}
