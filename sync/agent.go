package sync

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Config is what an Agent is made of.
type Config struct {
	Site     Site
	Source   Source
	Renderer Renderer
	Cluster  Cluster
	Store    Store
	// Schedule makes the polling schedule of a policy.
	Schedule func(p Policy) (Schedule, error)
	Log      *slog.Logger
	Limits   Limits
	// Traffic, if set, is what the Source has transferred since it was made.
	Traffic func() Phases
	// Way, if set, says how Git lets itself be asked, and what that costs.
	Way func() string
	// Jitter spreads retries: a number in [0, 1).
	Jitter func() float64
	// OnPass, if set, is told of each pass when it has ended.
	OnPass func(Outcome)
	// OnDecision, if set, is told of each step before it is taken.
	OnDecision func(Decision)
}

// Limits bound the steps of a pass, so that none can wedge the loop.
type Limits struct {
	Fetch, Render, Apply, Observe, Prune time.Duration
}

// DefaultLimits suit a slow link and a small node.
func DefaultLimits() Limits {
	return Limits{Fetch: 10 * time.Minute, Render: 2 * time.Minute, Apply: 10 * time.Minute, Observe: 2 * time.Minute, Prune: 5 * time.Minute}
}

// Agent keeps one lot in step. One goroutine owns it: the caller of Sync, or
// Run. Status and Request may be called from others.
type Agent struct {
	cfg Config
	mem memory
	st  State

	requests chan request
	stopped  chan struct{} // closed when Run ends

	mu     sync.Mutex
	status Status
}

// memory is what the process remembers from pass to pass and may forget.
type memory struct {
	watch        Watch
	retries      Retries
	fetchErr     error
	clusterErr   error
	traffic      Phases // counted so far
	diskErr      error
	offlineSince time.Time
	apiLostSince time.Time
	lastPoll     time.Time
	lastDrift    time.Time // zero: due
	unsaved      bool      // State.Seen is newer than what the Store has
	dirty        bool      // a save failed: the Store has not what State says
	lost         Digest    // the bundle that was found to be missing on disk
}

// New loads the lot's state and checks that it is this lot's.
func New(cfg Config) (*Agent, error) {
	st, err := cfg.Store.Load()
	if err != nil {
		return nil, fmt.Errorf("load state: %w", err)
	}
	if st.Site != "" && st.Site != cfg.Site {
		return nil, fmt.Errorf("the state directory belongs to site %s, this agent is %s: give each site a directory of its own, or remove the old one if the node has moved", st.Site, cfg.Site)
	}
	if st.Site == "" {
		st = State{Site: cfg.Site, Policy: DefaultPolicy()}
	}
	a := &Agent{cfg: cfg, st: st, requests: make(chan request, 1), stopped: make(chan struct{})}
	a.publish()
	return a, nil
}

// Sync makes one pass: it observes, decides and acts until there is nothing
// more to do now. It leaves nothing half-known: a crash at any line is taken up
// by the next pass.
func (a *Agent) Sync(ctx context.Context, ask Ask) Outcome {
	p := &pass{Agent: a, obs: Observation{Ask: ask, Version: a.cfg.Renderer.Version(), FetchErr: a.mem.fetchErr}}
	began, retries := a.now(), a.mem.retries
	if ask.Drift {
		a.mem.lastDrift = began
	}
	p.saveAgain()
	for {
		p.obs.Tip, p.obs.Retries, p.obs.Watch = a.st.Seen, a.mem.retries, a.mem.watch
		p.obs.LastClusterErr, p.obs.LastDiskErr = a.mem.clusterErr, a.mem.diskErr
		d := Decide(a.st, p.obs, a.now())
		if a.cfg.OnDecision != nil {
			a.cfg.OnDecision(d)
		}
		if d.Verb == Rest || ctx.Err() != nil || p.err != nil {
			p.settleRetries(began, retries)
			p.count()
			return p.end(ctx, d)
		}
		a.cfg.Log.DebugContext(ctx, "step", "verb", d.Verb, "reason", d.Reason)
		p.do(ctx, d)
	}
}

// now is the one place where the domain reads the clock.
func (a *Agent) now() time.Time { return time.Now() }

// Status is what the agent knows now, for people and probes.
type Status struct {
	State        State     `json:"state"`
	Standing     Standing  `json:"standing"`
	Reason       Reason    `json:"reason"`
	OfflineSince time.Time `json:"offlineSince,omitzero"`
	APILostSince time.Time `json:"apiLostSince,omitzero"`
	LastPass     time.Time `json:"lastPass,omitzero"`
	NextPass     time.Time `json:"nextPass,omitzero"`
	// Way says how Git lets itself be asked, and what that costs.
	Way string `json:"way,omitempty"`
	// Message is why the last pass did not get further.
	Message string `json:"message,omitempty"`
}

// Status returns what the agent knows now.
func (a *Agent) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

// publish makes the loop's knowledge visible to other goroutines.
func (a *Agent) publish() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status.State = a.st.clone()
	a.status.OfflineSince, a.status.APILostSince = a.mem.offlineSince, a.mem.apiLostSince
	if a.cfg.Way != nil {
		a.status.Way = a.cfg.Way()
	}
}
