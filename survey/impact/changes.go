package impact

import (
	"cmp"
	"slices"

	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// change is one object of a lot before and after; nil where it is not there.
type change struct{ before, after *survey.Object }

// renamed reports whether a generated object got a new hash.
func (c change) renamed() bool {
	return c.before != nil && c.after != nil && c.before.Ref.Name != c.after.Ref.Name
}

// ref is the object's name without a hash.
func (c change) ref() sync.Ref {
	if c.after != nil {
		return stemRef(c.after.Ref)
	}
	return stemRef(c.before.Ref)
}

// changes are the objects that are not the same in two renderings of a lot.
func changes(before, after []survey.Object) []change {
	var out []change
	both := func(b, a *survey.Object) {
		if b.Digest != a.Digest {
			out = append(out, change{b, a})
		}
	}
	for len(before) > 0 && len(after) > 0 && before[0].Ref == after[0].Ref {
		both(&before[0], &after[0])
		before, after = before[1:], after[1:]
	}
	for n, m := len(before), len(after); n > 0 && m > 0 && before[n-1].Ref == after[m-1].Ref; n, m = n-1, m-1 {
		both(&before[n-1], &after[m-1])
		before, after = before[:n-1], after[:m-1]
	}
	out = append(out, unaligned(before, after)...)
	slices.SortStableFunc(out, func(a, b change) int { return compareRefs(a.ref(), b.ref()) })
	return out
}

// unaligned are the changes in that part of two lists where the names differ.
func unaligned(before, after []survey.Object) []change {
	if len(before) == 0 && len(after) == 0 {
		return nil
	}
	byRef := make(map[sync.Ref]*survey.Object, len(after))
	for i := range after {
		byRef[after[i].Ref] = &after[i]
	}
	var out, gone []change
	for i := range before {
		b := &before[i]
		a := byRef[b.Ref]
		switch {
		case a == nil:
			gone = append(gone, change{before: b})
		case a.Digest != b.Digest:
			out = append(out, change{b, a})
		}
		delete(byRef, b.Ref)
	}
	for i := range after {
		a := &after[i]
		if byRef[a.Ref] == nil {
			continue
		}
		if b := takeStem(&gone, a.Ref); b != nil {
			out = append(out, change{b, a})
			continue
		}
		out = append(out, change{after: a})
	}
	return append(out, gone...)
}

// takeStem takes the object out of those gone that a generated one replaces.
func takeStem(gone *[]change, fresh sync.Ref) *survey.Object {
	if !generated(fresh) {
		return nil
	}
	i := slices.IndexFunc(*gone, func(c change) bool { return stemRef(c.before.Ref) == stemRef(fresh) })
	if i < 0 {
		return nil
	}
	b := (*gone)[i].before
	*gone = slices.Delete(*gone, i, i+1)
	return b
}

func compareRefs(a, b sync.Ref) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}
