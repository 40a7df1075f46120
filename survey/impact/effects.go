package impact

import (
	"slices"

	"github.com/lotsync/lotsync/sync"
)

// outcome is what happens to one object of one lot, its values still in full.
type outcome struct {
	action  Action
	ref     sync.Ref // without a hash, masked
	delta   *delta   // of a changed object
	skip    []bool   // by field: a name that follows
	follows []string
	pods    Pods
}

// outcomes are what happens to a lot's objects, in the order of their names.
func (d *deltas) outcomes(list []change, m mask) ([]outcome, error) {
	var renames []change
	for _, c := range list {
		if c.renamed() {
			renames = append(renames, c)
		}
	}
	out := make([]outcome, 0, len(list))
	for _, c := range list {
		o := outcome{ref: m.ref(c.ref())}
		switch {
		case c.before == nil:
			o.action, o.pods = Create, podsOf(o.ref, Create, nil)
		case c.after == nil:
			o.action, o.pods = Prune, podsOf(o.ref, Prune, nil)
		default:
			delta, err := d.of(c)
			if err != nil {
				return nil, err
			}
			o.action, o.delta, o.pods = Change, delta, delta.pods
			o.follow(renames, m)
		}
		out = append(out, o)
	}
	return out, nil
}

// follow finds the fields that only take over a generated object's new name.
func (o *outcome) follow(renames []change, m mask) {
	if len(renames) == 0 {
		return
	}
	for i, f := range o.delta.found {
		r := slices.IndexFunc(renames, func(c change) bool { return c.before.Ref.Name == f.old && c.after.Ref.Name == f.new })
		if r < 0 {
			continue
		}
		if o.skip == nil {
			o.skip = make([]bool, len(o.delta.found))
		}
		o.skip[i] = true
		if name := m.text(title(renames[r].ref())); !slices.Contains(o.follows, name) {
			o.follows = append(o.follows, name)
		}
	}
	slices.Sort(o.follows)
}

func (o *outcome) skipped(i int) bool { return o.skip != nil && o.skip[i] }

// maxText is the longest value in a report, in bytes.
const maxText = 240

// effect is the outcome as it is reported. The fields at the columns that vary
// are given without values.
func (o *outcome) effect(m mask, varies func(column int) bool, column *int) Effect {
	e := Effect{Action: o.action, Object: o.ref, Follows: o.follows, Pods: o.pods}
	if o.delta == nil {
		return e
	}
	e.More = o.delta.more
	for i, d := range o.delta.found {
		if o.skipped(i) {
			continue
		}
		f := Field{Path: d.path, Change: d.change, Hidden: d.hidden}
		if f.Varies = varies(*column); !f.Varies {
			f.Old, f.New = d.old, d.new
			if o.delta.own {
				f.Old, f.New = m.text(d.old), m.text(d.new)
			}
			f.Old, f.New = cut(f.Old, maxText), cut(f.New, maxText)
		}
		e.Fields = append(e.Fields, f)
		*column++
	}
	if e.More > 0 {
		*column++
	}
	return e
}

// cut shortens a text to a number of bytes, and shows that it did.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit
	for end > 0 && s[end]&0xc0 == 0x80 { // inside a character
		end--
	}
	return s[:end] + "…"
}
