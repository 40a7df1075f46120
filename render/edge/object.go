package edge

import (
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
	return sync.Ref{
		Group:     group,
		Kind:      Text(o, "kind"),
		Namespace: Text(o, "metadata", "namespace"),
		Name:      Text(o, "metadata", "name"),
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

// items are the maps in a list.
func items(o Object, name string) []Object {
	list, _ := o[name].([]any)
	var out []Object
	for _, v := range list {
		if m, ok := v.(Object); ok {
			out = append(out, m)
		}
	}
	return out
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
