package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
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
}

type crash struct{ step int }

// step is called at the beginning and at the end of whatever can be interrupted.
func (w *world) step() {
	w.steps++
	if w.crashAt != 0 && w.steps == w.crashAt {
		panic(crash{w.steps})
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

func (w *world) Fetch(context.Context) (Revision, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
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

func (w *world) Render(_ context.Context, snap Snapshot) (Bundle, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	w.renders++
	if snap.Revision.Key == w.badKey {
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
}

func (w *world) Apply(_ context.Context, b Bundle, before func() error) (Report, error) {
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
	var r Report
	for _, o := range send {
		w.step()
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

func (w *world) Observe(_ context.Context, b Bundle) (Live, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	if w.cluster.err != nil {
		return Live{}, w.cluster.err
	}
	var l Live
	for _, o := range string(b.Manifest) {
		s := ObjectStatus{Ref: Ref{Kind: "Pod", Name: string(o)}, Health: Healthy}
		switch {
		case !w.cluster.objects[o]:
			s.Health, s.Drifted = Missing, true
		case o >= 'A' && o <= 'Z':
			s.Health, s.Message = Unhealthy, "CrashLoopBackOff"
		}
		l.Objects = append(l.Objects, s)
	}
	return l, nil
}

func (w *world) Prune(_ context.Context, b Bundle) (Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step()
	c := &w.cluster
	if c.err != nil {
		return Report{}, c.err
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
	if w.disk.err != nil {
		return w.disk.err
	}
	w.disk.saves++
	w.disk.state = st.clone()
	w.step()
	for d := range w.disk.bundles {
		if !contains(st.Bundles(), d) {
			delete(w.disk.bundles, d)
		}
	}
	return nil
}

func contains(ds []Digest, d Digest) bool {
	for _, x := range ds {
		if x == d {
			return true
		}
	}
	return false
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
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
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
