package edge

import (
	"iter"
	"strconv"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// Object is a Kubernetes object: maps, slices, strings, numbers, booleans, null.
type Object = map[string]any

// RefOf is the name that an object has in a cluster.
func RefOf(o Object) sync.Ref {
	group, _, grouped := strings.Cut(Text(o, "apiVersion"), "/")
	if !grouped {
		group = ""
	}
	metadata := fields(o, "metadata")
	return sync.Ref{
		Group:     group,
		Kind:      Text(o, "kind"),
		Namespace: Text(metadata, "namespace"),
		Name:      Text(metadata, "name"),
	}
}

// Text is the string at a path of fields, empty if there is none.
func Text(o Object, path ...string) string {
	parent := fields(o, path[:len(path)-1]...)
	s, _ := parent[path[len(path)-1]].(string)
	return s
}

// fields is the map at a path of fields, nil if there is none.
func fields(o Object, path ...string) Object {
	for _, name := range path {
		next, ok := o[name].(Object)
		if !ok {
			return nil
		}
		o = next
	}
	return o
}

// ensure is the map at a field, made if it is missing or null, nil if the field
// holds something else.
func ensure(o Object, name string) Object {
	switch v := o[name].(type) {
	case Object:
		return v
	case nil:
		made := Object{}
		o[name] = made
		return made
	}
	return nil
}

// items are the maps in a list, with their places in it.
func items(o Object, name string) iter.Seq2[int, Object] {
	return func(yield func(int, Object) bool) {
		list, _ := o[name].([]any)
		for i, v := range list {
			if m, ok := v.(Object); ok && !yield(i, m) {
				return
			}
		}
	}
}

// number is the whole number at a field.
func number(o Object, name string) (int, bool) {
	switch v := o[name].(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case float64:
		return int(v), v == float64(int(v))
	}
	return 0, false
}

// index is the path of an item of a list.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
