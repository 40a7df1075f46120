package survey

import (
	"maps"
	"slices"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// record is a lot in the cache, and what it was made from.
type record struct {
	key    sum
	place  string
	engine string
	used   uint64 // the generation that used it last
	deps   []*deps
	// What the lot is, in one of two forms: as it was built, or as it was read.
	lot   *Lot
	body  string
	table *table
}

// unpack is the lot of a record.
func (r *record) unpack() (Lot, error) {
	if r.lot != nil {
		return *r.lot, nil
	}
	d := decoder{rest: r.body}
	lot := r.table.lot(&d)
	lot.Site, lot.Key = sync.Site(siteOf(r.place)), r.key.digest()
	return lot, d.finish()
}

// table has what records have in common, by number.
type table struct {
	texts    []string
	deps     []*deps
	objects  []Object
	findings []Finding
}

// lot reads a lot.
func (t *table) lot(d *decoder) Lot {
	lot := Lot{Error: of(d, t.texts), Topology: fleet.Topology(of(d, t.texts))}
	if n := d.count(); n > 0 {
		lot.Labels = make(map[string]string, n)
		for range n {
			key := of(d, t.texts)
			lot.Labels[key] = of(d, t.texts)
		}
	}
	if n := d.count(); n > 0 {
		lot.Findings = make([]Finding, n)
		for i := range lot.Findings {
			lot.Findings[i] = of(d, t.findings)
		}
	}
	if n := d.count(); n > 0 {
		lot.Objects = make([]Object, n)
		for i := range lot.Objects {
			lot.Objects[i] = of(d, t.objects)
		}
	}
	if n := d.count(); n > 0 {
		lot.NodePorts = make([]NodePort, n)
		for i := range lot.NodePorts {
			lot.NodePorts[i] = NodePort{
				Port: d.num(), Protocol: of(d, t.texts), Object: t.ref(d),
				Field: of(d, t.texts), File: of(d, t.texts), Line: d.num(),
			}
		}
	}
	return lot
}

func (t *table) ref(d *decoder) sync.Ref {
	return sync.Ref{Group: of(d, t.texts), Kind: of(d, t.texts), Namespace: of(d, t.texts), Name: of(d, t.texts)}
}

// writer numbers what records have in common.
type writer struct {
	texts    numbers[string]
	deps     numbers[string]
	objects  numbers[Object]
	findings numbers[Finding]
	records  encoder
	count    uint64
}

// numbers gives each value a number, in the order of their coming.
type numbers[T comparable] struct {
	of   map[T]uint64
	list []T
}

func (n *numbers[T]) number(v T) uint64 {
	i, known := n.of[v]
	if !known {
		if n.of == nil {
			n.of = map[T]uint64{}
		}
		i = uint64(len(n.list))
		n.of[v], n.list = i, append(n.list, v)
	}
	return i
}

// add writes a record.
func (w *writer) add(r *record, lot Lot) {
	e := &w.records
	e.data = append(e.data, r.key[:]...)
	w.text(e, r.place)
	w.text(e, r.engine)
	e.uint(r.used)
	e.uint(uint64(len(r.deps)))
	for _, d := range r.deps {
		e.uint(w.deps.number(d.id))
	}
	var body encoder
	w.lot(&body, lot)
	e.text(string(body.data))
	w.count++
}

func (w *writer) text(e *encoder, s string) { e.uint(w.texts.number(s)) }

func (w *writer) ref(e *encoder, r sync.Ref) {
	for _, s := range []string{r.Group, r.Kind, r.Namespace, r.Name} {
		w.text(e, s)
	}
}

func (w *writer) lot(e *encoder, lot Lot) {
	w.text(e, lot.Error)
	w.text(e, string(lot.Topology))
	e.uint(uint64(len(lot.Labels)))
	for _, key := range slices.Sorted(maps.Keys(lot.Labels)) {
		w.text(e, key)
		w.text(e, lot.Labels[key])
	}
	e.uint(uint64(len(lot.Findings)))
	for _, f := range lot.Findings {
		e.uint(w.findings.number(f))
	}
	e.uint(uint64(len(lot.Objects)))
	for _, o := range lot.Objects {
		e.uint(w.objects.number(o))
	}
	e.uint(uint64(len(lot.NodePorts)))
	for _, p := range lot.NodePorts {
		e.num(p.Port)
		w.text(e, p.Protocol)
		w.ref(e, p.Object)
		w.text(e, p.Field)
		w.text(e, p.File)
		e.num(p.Line)
	}
}

// finish is all that was added: what they have in common first.
func (w *writer) finish(generation uint64) []byte {
	var shared encoder
	shared.uint(uint64(len(w.objects.list)))
	for _, o := range w.objects.list {
		w.ref(&shared, o.Ref)
		s, _ := sumOf(o.Digest) // made by digest, or read from a sum
		shared.data = append(shared.data, s[:]...)
	}
	shared.uint(uint64(len(w.findings.list)))
	for _, f := range w.findings.list {
		for _, s := range []string{f.Rule, string(f.Severity), f.File, f.Field, f.Message} {
			w.text(&shared, s)
		}
		shared.num(f.Line)
		w.ref(&shared, f.Object)
	}
	var out encoder
	out.uint(generation)
	for _, list := range [][]string{w.texts.list, w.deps.list} {
		out.uint(uint64(len(list)))
		for _, s := range list {
			out.text(s)
		}
	}
	out.data = append(out.data, shared.data...)
	out.uint(w.count)
	out.data = append(out.data, w.records.data...)
	return out.data
}

// readRecords reads what a writer wrote.
func readRecords(data string) (generation uint64, records []*record, err error) {
	d := &decoder{rest: data}
	generation = d.uint()
	t := &table{}
	for n := d.count(); n > 0; n-- {
		t.texts = append(t.texts, d.text())
	}
	for n := d.count(); n > 0; n-- {
		one, err := decodeDeps(d.text())
		if err != nil {
			return 0, nil, err
		}
		t.deps = append(t.deps, one)
	}
	for n := d.count(); n > 0; n-- {
		o := Object{Ref: t.ref(d)}
		var s sum
		copy(s[:], d.take(len(s)))
		o.Digest = s.digest()
		t.objects = append(t.objects, o)
	}
	for n := d.count(); n > 0; n-- {
		t.findings = append(t.findings, Finding{
			Rule: of(d, t.texts), Severity: fleet.Severity(of(d, t.texts)), File: of(d, t.texts),
			Field: of(d, t.texts), Message: of(d, t.texts), Line: d.num(), Object: t.ref(d),
		})
	}
	for n := d.count(); n > 0; n-- {
		records = append(records, t.record(d))
	}
	return generation, records, d.finish()
}

func (t *table) record(d *decoder) *record {
	r := &record{table: t}
	copy(r.key[:], d.take(len(r.key)))
	r.place, r.engine, r.used = of(d, t.texts), of(d, t.texts), d.uint()
	r.deps = make([]*deps, d.count())
	for i := range r.deps {
		r.deps[i] = of(d, t.deps)
	}
	r.body = d.text()
	return r
}
