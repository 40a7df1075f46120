package survey

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"runtime"
	stdsync "sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// Builder renders a lot as its agent does. It is called by many at once.
type Builder interface {
	Build(snap sync.Snapshot) (render.Output, error)
}

// Schema says what the Kubernetes API would not take.
type Schema interface {
	// Check finds what is wrong with an object.
	Check(object edge.Object) []SchemaProblem
	// With is the schema together with the kinds that these
	// CustomResourceDefinitions define.
	With(crds []edge.Object) Schema
}

// SchemaProblem is a field that does not fit its kind.
type SchemaProblem struct {
	Field, Message string
}

// Options say what is surveyed, and how.
type Options struct {
	// Dir is the fleet's folder in the tree.
	Dir string
	// Sites are those to survey; all, if nil. What concerns several lots is then
	// looked at among them.
	Sites []sync.Site
	// Store has what was surveyed before, and keeps the contents of objects.
	Store *Store
	// Contents is set where the contents of all objects will be asked for: a lot
	// whose objects the Store has lost is built again.
	Contents bool
	// Builder renders lots; render.Build, if nil.
	Builder Builder
	// Schema checks objects, and SchemaVersion says which it is; nil: they are
	// not checked.
	Schema        Schema
	SchemaVersion string
	// Version is that of the program: another one builds anew.
	Version string
	// Progress is told how many of all lots are done. It may be called by many
	// at once.
	Progress func(done, total int)
	// Log hears of panics, and of what of the cache is dropped.
	Log *slog.Logger
}

// DefaultOptions surveys all lots of a fleet in sites/, and keeps nothing.
func DefaultOptions() Options {
	log := slog.New(slog.DiscardHandler)
	return Options{Dir: "sites", Store: OpenStore("", log), Builder: plainBuilder{}, Progress: func(int, int) {}, Log: log}
}

// plainBuilder builds each lot on its own.
type plainBuilder struct{}

func (plainBuilder) Build(snap sync.Snapshot) (render.Output, error) {
	return render.Build(snap, render.DefaultLimits())
}

// Result is what all lots render to.
type Result struct {
	// Lots are sorted by site. What several lots do to each other is among
	// their findings.
	Lots []Lot
	// Findings are of the fleet as a whole.
	Findings []Finding
	Stats    Stats
}

// Stats say what a run took.
type Stats struct {
	Built, Cached int
	// CPU is the process' time during the run, in user and system mode.
	CPU time.Duration
}

// Run renders the lots of a tree, on all cores. A lot for which everything that
// was read is as it was in an earlier run is not built again. It fails when the
// fleet cannot be read, and with ctx' error; what was built by then is kept.
func Run(ctx context.Context, t *Tree, o Options) (*Result, error) {
	before := cpu()
	sites, findings, err := Sites(t, o.Dir)
	if err != nil {
		return nil, err
	}
	if o.Sites != nil {
		sites, findings = o.Sites, nil
	}
	r := newRun(t, o, sites)
	r.recall()
	if err := r.buildAll(ctx); err != nil {
		return nil, err
	}
	result := &Result{Lots: r.lots, Findings: findings}
	result.Stats = Stats{Built: len(r.todo), Cached: len(sites) - len(r.todo)}
	if err := r.across(result); err != nil {
		return nil, err
	}
	result.Stats.CPU = cpu() - before
	return result, nil
}

// run is one survey.
type run struct {
	tree     *Tree
	options  Options
	engine   string
	closures *fleet.Closures
	lines    *lines
	schemas  *schemas
	sites    []sync.Site
	lots     []Lot
	todo     []int // the lots to build
	done     atomic.Int64

	mu      stdsync.Mutex
	objects map[Object]Object // so that lots share the texts
}

func newRun(t *Tree, o Options, sites []sync.Site) *run {
	o.Dir = path.Clean(o.Dir)
	schemaVersion := o.SchemaVersion
	if o.Schema == nil {
		schemaVersion = "none"
	}
	_, zones := time.LoadLocation("Europe/Amsterdam") // a machine may lack the time zones
	return &run{
		tree: t, options: o, sites: sites, lots: make([]Lot, len(sites)), objects: map[Object]Object{},
		engine:   fmt.Sprintf("survey 1, render %s, schema %s, lotsync %s, zones %t", render.Version, schemaVersion, o.Version, zones == nil),
		closures: fleet.NewClosures(t), lines: newLines(t), schemas: newSchemas(o.Schema),
	}
}

// recall takes the lots that the store has.
func (r *run) recall() {
	holds := map[*deps]bool{}
	for i, site := range r.sites {
		lot, ok := r.recallOne(site, holds)
		if !ok {
			r.todo = append(r.todo, i)
			continue
		}
		r.lots[i] = lot
	}
	r.done.Store(int64(len(r.sites) - len(r.todo)))
	r.options.Progress(len(r.sites)-len(r.todo), len(r.sites))
}

func (r *run) recallOne(site sync.Site, holds map[*deps]bool) (Lot, bool) {
	for _, known := range r.options.Store.at(placeOf(r.options.Dir, string(site))) {
		if known.engine != r.engine || !r.allHold(known.deps, holds) {
			continue
		}
		lot, err := known.unpack()
		if err != nil || r.options.Contents && !r.options.Store.has(lot.Objects) {
			continue
		}
		r.options.Store.use(known)
		return lot, true
	}
	return Lot{}, false
}

// allHold reports whether all is as it was. Each part is looked at once.
func (r *run) allHold(all []*deps, holds map[*deps]bool) bool {
	for _, d := range all {
		same, known := holds[d]
		if !known {
			same = d.hold(r.tree)
			holds[d] = same
		}
		if !same {
			return false
		}
	}
	return true
}

// buildAll builds what the store has not.
func (r *run) buildAll(ctx context.Context) error {
	var next atomic.Int64
	var workers stdsync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(r.todo)) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(r.todo) && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				i := r.todo[n]
				r.lots[i] = r.build(ctx, r.sites[i])
				r.options.Progress(int(r.done.Add(1)), len(r.sites))
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}

// cpu is the time that this process has had.
func cpu() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
