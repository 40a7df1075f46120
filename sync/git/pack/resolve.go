package pack

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// outside is the base of a delta that builds on no object of the pack.
const outside = -1

// remakes is how often all that a pack may hold may be made again from deltas.
// Git's packs need up to one of it; a hostile one could keep a small processor
// busy for minutes.
const remakes = 16

// entry is an object of the pack, as it was sent.
type entry struct {
	// at is where it begins in the pack.
	at int64
	// kind is that of the object, InvalidObject as long as it is unresolved.
	kind plumbing.ObjectType
	// isDelta says that data is what makes the object from its base.
	isDelta bool
	data    []byte
	// base is the entry that a delta builds on, or outside.
	base int
	// depth is how many deltas lie between the object and one that was sent
	// whole.
	depth int
}

// resolver makes objects out of what was sent.
type resolver struct {
	known  func(plumbing.Hash) (Object, bool)
	put    func(plumbing.Hash, Object)
	limits Limits
	result Result

	entries []entry // in the order of the pack
	byID    map[plumbing.Hash]int
	// refs are the ids of those bases that are named by them, and outside.
	refs map[int]plumbing.Hash
	// Deltas that wait for an entry to be resolved, and for an id to appear.
	waiting map[int][]int
	wanted  map[plumbing.Hash][]int
	made    recent
	// again is how many bytes may be made again.
	again int64
}

func newResolver(base func(plumbing.Hash) (Object, bool), put func(plumbing.Hash, Object), limits Limits) *resolver {
	return &resolver{
		known:   base,
		put:     put,
		limits:  limits,
		byID:    map[plumbing.Hash]int{},
		refs:    map[int]plumbing.Hash{},
		waiting: map[int][]int{},
		wanted:  map[plumbing.Hash][]int{},
		made:    recent{data: map[int][]byte{}},
		again:   remakes * limits.TotalBytes,
	}
}

// read takes what the pack holds to the resolver.
func read(in *inflater, to *resolver) error {
	n, err := in.header()
	if err != nil {
		return err
	}
	for i := range n {
		next, err := in.object()
		if err == nil {
			err = to.add(next)
		}
		if err != nil {
			return fmt.Errorf("object %d of %d, at byte %d: %w", i+1, n, next.at, err)
		}
	}
	return in.trailer()
}

// add takes what was sent, and puts each object that is whole by it.
func (r *resolver) add(s sent) error {
	e := entry{at: s.at, kind: s.kind, data: s.data, base: outside}
	if s.kind.IsDelta() {
		e.kind, e.isDelta = plumbing.InvalidObject, true
	}
	if s.kind == plumbing.REFDeltaObject {
		r.refs[len(r.entries)] = s.ref
	}
	if s.kind == plumbing.OFSDeltaObject {
		i, found := slices.BinarySearchFunc(r.entries, s.base, func(e entry, at int64) int { return cmp.Compare(e.at, at) })
		if !found {
			return fmt.Errorf("%w: the base of a delta is said to be at byte %d, where no object begins", ErrCorrupt, s.base)
		}
		e.base = i
	}
	r.entries = append(r.entries, e)
	return r.settle(len(r.entries) - 1)
}

// settle puts an object if it is whole, and all that waited for it. What cannot
// be resolved does not keep the others from it.
func (r *resolver) settle(first int) error {
	var failed error
	for ready := []int{first}; len(ready) > 0; {
		i := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		o, ok, err := r.resolve(i)
		if failed == nil {
			failed = err
		}
		if !ok {
			continue
		}
		id := o.ID()
		if _, twice := r.byID[id]; !twice {
			r.byID[id] = i
			r.result.Objects++
			r.put(id, o)
		}
		ready = append(append(ready, r.waiting[i]...), r.wanted[id]...)
		r.result.Unresolved -= len(r.waiting[i]) + len(r.wanted[id])
		delete(r.waiting, i)
		delete(r.wanted, id)
	}
	return failed
}

// resolve makes the object of an entry for the first time. If its base is not
// there, the entry waits for it, and there is none.
func (r *resolver) resolve(i int) (Object, bool, error) {
	e := &r.entries[i]
	if !e.isDelta {
		return r.object(i)
	}
	if from, ok := r.byID[r.refs[i]]; ok && e.base == outside {
		e.base = from
		delete(r.refs, i)
	}
	base, ok, err := r.base(i)
	if err != nil {
		return Object{}, false, err
	}
	if !ok {
		r.wait(i)
		return Object{}, false, nil
	}
	e.depth = 1
	if e.base != outside {
		e.depth += r.entries[e.base].depth
	}
	if e.depth > r.limits.Chain {
		return Object{}, false, fmt.Errorf("%w: more than %d deltas build on one another", ErrTooLarge, r.limits.Chain)
	}
	return r.apply(i, base)
}

// wait notes what an entry waits for.
func (r *resolver) wait(i int) {
	r.result.Unresolved++
	from := r.entries[i].base
	if from == outside {
		ref := r.refs[i]
		r.wanted[ref] = append(r.wanted[ref], i)
		return
	}
	r.waiting[from] = append(r.waiting[from], i)
}

// base is what a delta builds on, if it is there.
func (r *resolver) base(i int) (Object, bool, error) {
	from := r.entries[i].base
	if from == outside {
		o, ok := r.known(r.refs[i])
		return o, ok && isWhole(o.Kind), nil
	}
	if r.entries[from].kind == plumbing.InvalidObject {
		return Object{}, false, nil
	}
	return r.object(from)
}

// object is that of an entry which was resolved before. What was not made
// recently is made again from its base, in at most Limits.Chain steps: a base
// was always resolved before what builds on it, so that there is no circle.
func (r *resolver) object(i int) (Object, bool, error) {
	e := &r.entries[i]
	if !e.isDelta {
		return Object{Kind: e.kind, Data: e.data}, true, nil
	}
	if data, ok := r.made.data[i]; ok {
		return Object{Kind: e.kind, Data: data}, true, nil
	}
	base, ok, err := r.base(i)
	if err != nil || !ok {
		return Object{}, false, err
	}
	o, ok, err := r.apply(i, base)
	if r.again -= int64(len(o.Data)); r.again < 0 {
		return Object{}, false, fmt.Errorf("%w: its deltas take too much work", ErrTooLarge)
	}
	return o, ok, err
}

// apply makes the object of a delta.
func (r *resolver) apply(i int, base Object) (Object, bool, error) {
	e := &r.entries[i]
	data, err := patch(base.Data, e.data)
	if err != nil {
		return Object{}, false, err
	}
	r.made.add(i, data)
	e.kind = base.Kind
	return Object{Kind: e.kind, Data: data}, true, nil
}
