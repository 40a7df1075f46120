package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is everything around an agent, in memory: one Git, one cluster, one
// disk. A crash can be set at any step of the outside world.
type world struct {
	mu      sync.Mutex // the loop and the test take turns, and the race detector wants to see it
	git     fakeGit
	cluster fakeCluster
	disk    fakeDisk
	renders int
	badKey  Digest

	steps   int // counted over all calls to the outside
	crashAt int // panics at this step; 0: never

	cancelAt int // calls cancel at this step
	cancel   func()
}

type crash struct{ step int }

// step is called at the beginning and at the end of whatever can be interrupted.
func (w *world) step() {
	w.steps++
	if w.crashAt != 0 && w.steps == w.crashAt {
		panic(crash{w.steps})
	}
	if w.cancelAt != 0 && w.steps == w.cancelAt {
		w.cancel()
	}
}

type fakeGit struct {
	tip     Revision
	content map[Digest]string // what a key renders to
	err     error
	fetches []time.Time
}

// commit makes the lot's folder render to content.
func (w *world) commit(name, content string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := DigestOf([]byte("key of " + content))
	if w.git.content == nil {
		w.git.content = map[Digest]string{}
	}
	w.git.content[key] = content
	w.git.tip = Revision{Commit: Commit(DigestOf([]byte(name)))[:40], Time: time.Now(), Key: key}
}

func (w *world) Fetch(ctx context.Context) (Revision, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if ctx.Err() != nil {
		return Revision{}, errors.Join(ErrOffline, ctx.Err())
	}
	w.git.fetches = append(w.git.fetches, time.Now())
	if w.git.err != nil {
		return Revision{}, w.git.err
	}
	return w.git.tip, nil
}

func (w *world) Snapshot(_ context.Context, rev Revision) (Snapshot, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Snapshot{Revision: rev, Files: map[string][]byte{"content": []byte(w.git.content[rev.Key])}}, nil
}

func (w *world) Render(ctx context.Context, snap Snapshot) (Bundle, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if ctx.Err() != nil {
		return Bundle{}, ctx.Err()
	}
	w.renders++
	if snap.Revision.Key == w.badKey || strings.Contains(string(snap.Files["content"]), "#") {
		return Bundle{}, fmt.Errorf("kustomization.yaml: no such base: %w", ErrInvalid)
	}
	return NewBundle(snap.Revision, snap.Files["content"]), nil
}

func (w *world) Policy(Snapshot) (Policy, error) { return DefaultPolicy(), nil }
func (w *world) Version() string                 { return "1" }

// fakeCluster holds a bundle's content letter by letter: each letter is an
// object. An upper-case letter is never healthy, "!" is refused at once, "?"
// in the middle.
type fakeCluster struct {
	objects   map[rune]bool
	inventory map[rune]bool
	writes    int
	err       error
	pruneErr  error // of Prune alone
	errIn     int   // an apply loses the API before that object, once
	cured     bool  // everything is healthy
	// unannounced counts the applies that the disk knew nothing of when they
	// touched the cluster.
	unannounced int
}

func (w *world) Apply(ctx context.Context, b Bundle, before func() error) (Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	c := &w.cluster
	if c.err != nil {
		return Report{}, c.err
	}
	refused := &RefusedError{Refusals: []Refusal{{Ref: Ref{Kind: "Pod", Name: "!"}, Message: "no"}}}
	var send []rune
	for _, o := range string(b.Manifest) {
		if o == '!' {
			return Report{}, refused
		}
		if !c.objects[o] {
			send = append(send, o)
		}
	}
	if len(send) == 0 {
		return Report{Unchanged: len(b.Manifest)}, nil
	}
	if err := w.unlocked(before); err != nil {
		return Report{}, err
	}
	if st := w.disk.state; b.Digest != digestOf(st.Next) && b.Digest != digestOf(st.Current) {
		c.unannounced++
	}
	var r Report
	for i, o := range send {
		w.step()
		if ctx.Err() != nil {
			return r, errors.Join(ErrUnavailable, ctx.Err())
		}
		if c.errIn > 0 && i == c.errIn-1 {
			c.errIn = 0
			return r, errAPI
		}
		if o == '?' {
			refused.Touched = true
			return r, refused
		}
		c.inventory[o] = true
		w.step()
		c.objects[o] = true
		c.writes++
		r.Changes = append(r.Changes, Change{Ref: Ref{Kind: "Pod", Name: string(o)}, Action: Created})
	}
	w.step()
	return r, nil
}

// unlocked lets f, which comes back to the disk, do so, and crash there.
func (w *world) unlocked(f func() error) error {
	w.mu.Unlock()
	defer w.mu.Lock()
	return f()
}

func (w *world) Observe(ctx context.Context, b Bundle) (Live, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if w.cluster.err != nil || ctx.Err() != nil {
		return Live{}, errors.Join(w.cluster.err, ctx.Err())
	}
	var l Live
	for _, o := range string(b.Manifest) {
		s := ObjectStatus{Ref: Ref{Kind: "Pod", Name: string(o)}, Health: Healthy}
		switch {
		case !w.cluster.objects[o]:
			s.Health, s.Drifted = Missing, true
		case o >= 'A' && o <= 'Z' && !w.cluster.cured:
			s.Health, s.Message = Unhealthy, "CrashLoopBackOff"
		}
		l.Objects = append(l.Objects, s)
	}
	return l, nil
}

func (w *world) Prune(ctx context.Context, b Bundle) (Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	c := &w.cluster
	if c.err != nil || c.pruneErr != nil || ctx.Err() != nil {
		return Report{}, errors.Join(c.err, c.pruneErr, ctx.Err())
	}
	keep := map[rune]bool{}
	for _, o := range string(b.Manifest) {
		keep[o] = true
	}
	var r Report
	for o := range maps.Clone(c.inventory) {
		if !keep[o] {
			delete(c.objects, o)
			w.step()
			delete(c.inventory, o)
			c.writes++
			r.Changes = append(r.Changes, Change{Ref: Ref{Kind: "Pod", Name: string(o)}, Action: Deleted})
		}
	}
	return r, nil
}

// fakeDisk keeps what was saved; what the agent holds in memory is not shared
// with it.
type fakeDisk struct {
	state   State
	bundles map[Digest]Bundle
	saves   int
	err     error
	saveErr error // of Save alone
}

func (w *world) Load() (State, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disk.state.clone(), nil
}

func (w *world) Save(st State) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if w.disk.err != nil || w.disk.saveErr != nil {
		return errors.Join(w.disk.err, w.disk.saveErr)
	}
	w.disk.saves++
	w.disk.state = st.clone()
	w.step()
	for d := range w.disk.bundles {
		if !slices.Contains(st.Bundles(), d) {
			delete(w.disk.bundles, d)
		}
	}
	return nil
}

func (w *world) Bundle(d Digest) (Bundle, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b, ok := w.disk.bundles[d]
	if !ok {
		return Bundle{}, fmt.Errorf("bundle %s: %w", d.Short(), ErrNotFound)
	}
	return b, nil
}

func (w *world) PutBundle(b Bundle) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if w.disk.err != nil {
		return w.disk.err
	}
	if w.disk.bundles == nil {
		w.disk.bundles = map[Digest]Bundle{}
	}
	w.disk.bundles[b.Digest] = b
	w.step()
	return nil
}

// every is a schedule with a fixed period.
type every time.Duration

func (e every) Next(t time.Time) time.Time { return t.Truncate(time.Duration(e)).Add(time.Duration(e)) }

func newWorld() *world {
	return &world{cluster: fakeCluster{objects: map[rune]bool{}, inventory: map[rune]bool{}}}
}

// boot starts an agent on what the world's disk has.
func (w *world) boot(t *testing.T) *Agent {
	t.Helper()
	a, err := New(Config{
		Site: "nl/ams/0042", Source: w, Renderer: w, Cluster: w, Store: w,
		Schedule: func(Policy) (Schedule, error) { return every(5 * time.Minute), nil },
		Log:      slog.New(slog.DiscardHandler),
		Limits:   DefaultLimits(),
		Jitter:   func() float64 { return 0.5 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// change has something happen to the world while the loop may be running.
func (w *world) change(something func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	something()
}

// tally counts the writes to disk, the writes to the cluster, and the renders.
func (w *world) tally() (saves, writes, renders int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disk.saves, w.cluster.writes, w.renders
}

// content is what the cluster has, in a fixed order.
func (w *world) content() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out string
	for r := rune('!'); r < 'z'; r++ {
		if w.cluster.objects[r] {
			out += string(r)
		}
	}
	return out
}

var errLink = errors.Join(ErrOffline, errors.New("dial tcp: i/o timeout"))
