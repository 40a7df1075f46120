package impact

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
)

const (
	// maxOfShape is how many groups of one shape stand for themselves. Where there
	// are more, the small ones are put together.
	maxOfShape = 10
	// share is the part of a shape's lots, one in so many, that makes a group of
	// equal values large enough to stand for itself.
	share = 10
)

// fingerprint is what a lot's effect is told apart by. Effects of one shape
// differ in values only.
type fingerprint struct {
	shape  [sha256.Size]byte
	values []uint64 // a column for each field
}

// shapes collects lots by fingerprint.
type shapes struct {
	byShape map[[sha256.Size]byte]*shape
	order   []*shape
}

type shape struct {
	kind    Kind
	byValue map[string]*cluster
	order   []*cluster
	lots    int
}

// cluster is the lots with equal fingerprints, or, with columns that vary, those
// of one shape that were put together.
type cluster struct {
	kind   Kind
	values []uint64
	varies []bool
	lots   []int
}

func (s *shapes) add(kind Kind, f fingerprint, lot int) {
	if s.byShape == nil {
		s.byShape = map[[sha256.Size]byte]*shape{}
	}
	sh := s.byShape[f.shape]
	if sh == nil {
		sh = &shape{kind: kind, byValue: map[string]*cluster{}}
		s.byShape[f.shape] = sh
		s.order = append(s.order, sh)
	}
	sh.lots++
	var key []byte
	for _, v := range f.values {
		key = binary.NativeEndian.AppendUint64(key, v)
	}
	c := sh.byValue[string(key)]
	if c == nil {
		c = &cluster{kind: kind, values: f.values}
		sh.byValue[string(key)] = c
		sh.order = append(sh.order, c)
	}
	c.lots = append(c.lots, lot)
}

// clusters are the groups to be: exact ones, but where a shape has too many of
// them.
func (s *shapes) clusters() []*cluster {
	var out []*cluster
	for _, sh := range s.order {
		out = append(out, sh.clusters()...)
	}
	return out
}

func (sh *shape) clusters() []*cluster {
	if len(sh.order) <= maxOfShape {
		return sh.order
	}
	var out, small []*cluster
	for _, c := range sh.order {
		if len(c.lots)*share >= sh.lots {
			out = append(out, c)
			continue
		}
		small = append(small, c)
	}
	return append(out, together(small))
}

// together makes one of several clusters of a shape.
func together(parts []*cluster) *cluster {
	first := parts[0]
	out := &cluster{kind: first.kind, values: first.values, varies: make([]bool, len(first.values))}
	for _, c := range parts {
		out.lots = append(out.lots, c.lots...)
		for i, v := range c.values {
			out.varies[i] = out.varies[i] || v != first.values[i]
		}
	}
	slices.Sort(out.lots)
	return out
}

func (c *cluster) column(i int) bool { return c.varies != nil && c.varies[i] }

// fingerprint is that of a lot whose objects change.
func (d *deltas) fingerprint(outcomes []outcome, m mask) fingerprint {
	var f fingerprint
	var b []byte
	own := namespaceOf(outcomes)
	for i := range outcomes {
		o := &outcomes[i]
		r := o.ref
		if own != "" && r.Namespace == own {
			r.Namespace = "."
		}
		b = words(b, string(o.action), r.Group, r.Kind, r.Namespace, r.Name, string(o.pods))
		b = words(b, o.follows...)
		if o.delta == nil {
			continue
		}
		for j, found := range o.delta.found {
			if o.skipped(j) {
				continue
			}
			b = words(b, found.path, string(found.change))
			f.values = append(f.values, d.value(o.delta, j, m))
		}
		if o.delta.more > 0 {
			b = words(b, strconv.Itoa(o.delta.more))
			f.values = append(f.values, o.delta.rest)
		}
	}
	f.shape = sha256.Sum256(b)
	return f
}

// namespaceOf is the namespace of a lot whose objects have no other, which is
// not what lots are told apart by: some lots share a cluster, and each has its
// own.
func namespaceOf(outcomes []outcome) string {
	own := ""
	for i := range outcomes {
		switch ns := outcomes[i].ref.Namespace; {
		case own == "":
			own = ns
		case ns != "" && ns != own:
			return ""
		}
	}
	return own
}

// value is the sum over a field's values, the lot's own name masked.
func (d *deltas) value(x *delta, i int, m mask) uint64 {
	if !x.own {
		return x.sums[i]
	}
	return d.sum(m.text(x.found[i].old), m.text(x.found[i].new))
}

// words appends texts, each with its length before it.
func words(b []byte, list ...string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// sortGroups puts errors first, and then the largest groups.
func sortGroups(groups []Group) {
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Example.Site, b.Example.Site))
	})
}

func rank(k Kind) int {
	switch k {
	case Broken:
		return 0
	case AddedBroken:
		return 1
	case StillBroken:
		return 2
	case Changed, Added, Removed, Mended:
	}
	return 3
}
