package impact

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lotsync/lotsync/render/edge"
)

// difference is a field that differs between two contents of an object, with its
// values in full.
type difference struct {
	path     string
	change   FieldChange
	old, new string
	hidden   bool
}

// trail is the way to a field: names with a dot before them, items in brackets.
// What is appended to one trail may lie where that of another did, so that a walk
// needs one piece of memory: a trail is read before the next is made.
type trail []string

func (t trail) name(field string) trail {
	switch {
	case field == "" || strings.ContainsAny(field, "./[]"):
		return t.item(field)
	case len(t) == 0:
		return append(t, field)
	}
	return append(t, ".", field)
}

func (t trail) item(key string) trail { return append(t, "[", key, "]") }

func (t trail) String() string { return strings.Join(t, "") }

// deep is the number of parts that trails have room for at first.
const deep = 32

// comparer collects the differences of two contents of an object.
type comparer struct {
	secret bool
	found  []difference
}

// differences are the fields in which two contents of an object differ, in the
// order of their paths. The name is not one of them: objects are matched by it.
func differences(before, after edge.Object) []difference {
	c := comparer{secret: edge.RefOf(after).Kind == "Secret"}
	c.maps(make(trail, 0, deep), before, after)
	return slices.DeleteFunc(c.found, func(d difference) bool { return d.path == "metadata.name" })
}

func (c *comparer) values(at trail, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			c.maps(at, b, a)
			return
		}
	case []any:
		if a, ok := after.([]any); ok {
			c.lists(at, b, a)
			return
		}
	}
	if !equal(before, after) {
		c.changed(at, before, after)
	}
}

func (c *comparer) maps(at trail, before, after map[string]any) {
	var names []string
	for name, b := range before {
		if a, ok := after[name]; !ok || !equal(b, a) {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b, was := before[name]
		a, is := after[name]
		switch next := at.name(name); {
		case !was:
			c.one(next, FieldAdded, nil, a)
		case !is:
			c.one(next, FieldRemoved, b, nil)
		default:
			c.values(next, b, a)
		}
	}
}

// lists matches the items of two lists by what tells them apart, or else by
// their place where the lists are of one length.
func (c *comparer) lists(at trail, before, after []any) {
	if equal(before, after) {
		return
	}
	if b, a, ok := keyed(before, after); ok {
		c.items(at, b, a)
		return
	}
	if len(before) != len(after) {
		c.changed(at, before, after)
		return
	}
	for i := range before {
		c.values(at.item(strconv.Itoa(i)), before[i], after[i])
	}
}

func (c *comparer) items(at trail, before, after items) {
	found := len(c.found)
	for _, b := range before.list {
		if a, stays := after.find(b.key); stays {
			c.values(at.item(b.key), b.value, a.value)
			continue
		}
		c.whole(at.item(b.key), FieldRemoved, b)
	}
	for _, a := range after.list {
		if _, was := before.find(a.key); !was {
			c.whole(at.item(a.key), FieldAdded, a)
		}
	}
	if len(c.found) == found {
		c.found = append(c.found, difference{path: at.String(), change: FieldReordered, old: before.String(), new: after.String()})
	}
}

// whole notes an item that comes or goes. One that is but a name and a value, as
// most environment variables are, is shown as its value.
func (c *comparer) whole(at trail, change FieldChange, it item) {
	rest := maps.Clone(it.value)
	delete(rest, it.field)
	var value any = rest
	if plain, ok := rest["value"]; ok && len(rest) == 1 {
		at, value = at.name("value"), plain
	}
	if change == FieldAdded {
		c.one(at, change, nil, value)
		return
	}
	c.one(at, change, value, nil)
}

func (c *comparer) changed(at trail, before, after any) { c.one(at, FieldChanged, before, after) }

func (c *comparer) one(at trail, change FieldChange, before, after any) {
	d := difference{path: at.String(), change: change}
	if c.secret && (at[0] == "data" || at[0] == "stringData") {
		d.hidden = true
		c.found = append(c.found, d)
		return
	}
	if change != FieldAdded {
		d.old = text(before)
	}
	if change != FieldRemoved {
		d.new = text(after)
	}
	if change == FieldChanged && d.old == d.new { // "8080" and 8080
		d.old, d.new = marshal(before), marshal(after)
	}
	if change == FieldChanged && strings.Contains(d.old, "\n") && strings.Contains(d.new, "\n") {
		d.old, d.new = differingLines(d.old, d.new)
	}
	c.found = append(c.found, d)
}

// differingLines are the lines of two texts from the first to the last that
// differ: a script that each lot has with a line of its own changes in the same
// way everywhere.
func differingLines(before, after string) (old, fresh string) {
	b, a := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	for len(b) > 0 && len(a) > 0 && b[0] == a[0] {
		b, a = b[1:], a[1:]
	}
	for len(b) > 0 && len(a) > 0 && b[len(b)-1] == a[len(a)-1] {
		b, a = b[:len(b)-1], a[:len(a)-1]
	}
	return strings.Join(b, ""), strings.Join(a, "")
}

// text is a value as people write it.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	}
	if n, ok := number(v); ok {
		return n
	}
	return marshal(v)
}

func marshal(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error() // no JSON: a value that YAML alone has, such as .nan
	}
	return string(data)
}

// number is a number as text, whatever the decoder took it for.
func number(v any) (string, bool) {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// equal compares two values; a number is equal to the same number of another
// type.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case nil:
		return b == nil
	}
	x, ok := number(a)
	y, also := number(b)
	return ok && also && x == y
}
