package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	gosync "sync"
	"syscall"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/sync/schedule"
	"github.com/lotsync/lotsync/sync/state"
)

// mortalVariable makes the test binary an agent that makes one pass and kills
// itself in it.
const mortalVariable = "LOTSYNC_E2E_MORTAL"

// wiring is what an agent is made of.
type wiring struct {
	Site                              sync.Site
	Namespace, URL, State, Kubeconfig string
	// Step is where the agent kills itself; zero: nowhere.
	Step int
}

// mortalMain is the agent's process: it syncs until the lot is in step, unless
// it dies before.
func mortalMain(text string) int {
	var w wiring
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), passLimit)
	defer cancel()
	out, err := w.settle(ctx)
	if err != nil || out.Standing != sync.StandingInStep {
		fmt.Fprintln(os.Stderr, err, out.Standing, out.Reason, out.Message)
		return 1
	}
	return 0
}

// settle makes an agent out of the real adapters and syncs.
func (w wiring) settle(ctx context.Context) (sync.Outcome, error) {
	death := &death{step: w.Step}
	store, err := state.Open(w.State)
	if err != nil {
		return sync.Outcome{}, err
	}
	defer store.Close()
	source, err := w.source()
	if err != nil {
		return sync.Outcome{}, err
	}
	defer source.Close()
	cluster, err := w.cluster(death)
	if err != nil {
		return sync.Outcome{}, err
	}
	agent, err := sync.New(sync.Config{
		Site: w.Site, Cluster: cluster,
		Source: mortalSource{source, death}, Store: mortalStore{store, death},
		Renderer: mortalRenderer{render.New(render.DefaultOptions()), death},
		Schedule: func(p sync.Policy) (sync.Schedule, error) {
			return schedule.New(p.Poll, p.Spread, p.TimeZone, w.Site)
		},
		Log: slog.New(slog.DiscardHandler), Limits: sync.DefaultLimits(), Jitter: func() float64 { return 0 },
	})
	if err != nil {
		return sync.Outcome{}, err
	}
	return agent.Settle(ctx, sync.Ask{Poll: true, Drift: true, Now: true}), nil
}

func (w wiring) source() (*git.Source, error) {
	cfg := git.DefaultConfig()
	cfg.URL, cfg.Site, cfg.CacheDir = w.URL, w.Site, filepath.Join(w.State, "git")
	return git.New(cfg)
}

func (w wiring) cluster(d *death) (*apply.Cluster, error) {
	cfg := apply.DefaultConfig()
	cfg.Site, cfg.Kubeconfig, cfg.Namespace = w.Site, w.Kubeconfig, w.Namespace
	cfg.Parallel = 1 // one step after the other, so that each comes at its own number
	cfg.Wrap = func(next http.RoundTripper) http.RoundTripper { return mortalTransport{next, d} }
	return apply.New(cfg)
}

// death comes at one of the steps of a process, and leaves it no time for
// anything.
type death struct {
	mu   gosync.Mutex
	n    int
	step int
}

func (d *death) pass() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n++; d.n != d.step {
		return
	}
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	<-time.After(time.Minute) // the signal is on its way
}

// mortalTransport, mortalSource, mortalStore and mortalRenderer pass a step
// before and after each call.
type mortalTransport struct {
	http.RoundTripper
	*death
}

func (m mortalTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	m.pass()
	defer m.pass()
	return m.RoundTripper.RoundTrip(req)
}

type mortalSource struct {
	sync.Source
	*death
}

func (m mortalSource) Fetch(ctx context.Context) (sync.Revision, error) {
	m.pass()
	defer m.pass()
	return m.Source.Fetch(ctx)
}

func (m mortalSource) Snapshot(ctx context.Context, rev sync.Revision) (sync.Snapshot, error) {
	m.pass()
	defer m.pass()
	return m.Source.Snapshot(ctx, rev)
}

type mortalStore struct {
	sync.Store
	*death
}

func (m mortalStore) Save(st sync.State) error {
	m.pass()
	defer m.pass()
	return m.Store.Save(st)
}

func (m mortalStore) PutBundle(b sync.Bundle) error {
	m.pass()
	defer m.pass()
	return m.Store.PutBundle(b)
}

type mortalRenderer struct {
	sync.Renderer
	*death
}

func (m mortalRenderer) Render(ctx context.Context, snap sync.Snapshot) (sync.Bundle, error) {
	m.pass()
	defer m.pass()
	return m.Renderer.Render(ctx, snap)
}
