package impact

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// Content returns the content of an object of a survey.
type Content func(sync.Digest) (edge.Object, error)

const (
	// maxFields bounds the fields of one object that are listed.
	maxFields = 50
	// maxKept bounds the deltas in memory.
	maxKept = 4096
)

// delta is the difference between two contents, which many lots may share.
type delta struct {
	found []difference // what matters most first, no more than maxFields
	more  int
	pods  Pods
	// sums stand for the values of found; rest for all fields beyond them.
	sums []uint64
	rest uint64
	// own tells that one lot only has this delta: its name may be in the values.
	own bool
}

// contents is a pair of contents of one object.
type contents struct{ before, after sync.Digest }

// deltas compares contents, each pair once as long as there is room.
type deltas struct {
	content Content
	seed    maphash.Seed
	kept    map[contents]*delta
	lots    map[contents]int
}

func newDeltas(content Content) *deltas {
	return &deltas{content, maphash.MakeSeed(), map[contents]*delta{}, map[contents]int{}}
}

// count notes the lots that have a pair of contents, which of has to know.
func (d *deltas) count(list []change) {
	for _, c := range list {
		if c.before != nil && c.after != nil {
			d.lots[contents{c.before.Digest, c.after.Digest}]++
		}
	}
}

// of is what differs between the two contents of an object.
func (d *deltas) of(c change) (*delta, error) {
	pair := contents{c.before.Digest, c.after.Digest}
	if known := d.kept[pair]; known != nil {
		return known, nil
	}
	before, err := d.open(c.before)
	if err != nil {
		return nil, err
	}
	after, err := d.open(c.after)
	if err != nil {
		return nil, err
	}
	found := differences(before, after)
	out := &delta{found: found, pods: podsOf(c.ref(), Change, found), own: d.lots[pair] == 1}
	slices.SortStableFunc(found, func(a, b difference) int { return cmp.Compare(weight(a.path), weight(b.path)) })
	if len(found) > maxFields {
		out.found, out.more = slices.Clone(found[:maxFields]), len(found)-maxFields
		out.rest = d.sumAll(found[maxFields:])
	}
	for _, f := range out.found {
		out.sums = append(out.sums, d.sum(f.old, f.new))
	}
	// What one lot only has is not asked for again, but for the few examples.
	if out.own {
		return out, nil
	}
	if len(d.kept) >= maxKept {
		clear(d.kept)
	}
	d.kept[pair] = out
	return out, nil
}

func (d *deltas) open(o *survey.Object) (edge.Object, error) {
	content, err := d.content(o.Digest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Ref, err)
	}
	return content, nil
}

func (d *deltas) sum(before, after string) uint64 {
	return maphash.Comparable(d.seed, [2]string{before, after})
}

func (d *deltas) sumAll(found []difference) uint64 {
	var h maphash.Hash
	h.SetSeed(d.seed)
	for _, f := range found {
		maphash.WriteComparable(&h, f)
	}
	return h.Sum64()
}

// weight is what people want to read first of a path.
func weight(path string) int {
	switch {
	case strings.HasSuffix(path, "].image"):
		return 0
	case path == "spec.replicas":
		return 1
	}
	return 2
}
