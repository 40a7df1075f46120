// Package fields reads from an object's managedFields which of its fields
// lotsync set, and gives the values of exactly those.
package fields

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Owned is what manager applied to u and still has in it: only fields of its
// own that nobody else has changed since. It is nil when the manager owns
// nothing. List items appear under the key by which the server names them, so
// that the order of other people's items does not matter.
//
// Two calls give equal results as long as no one else changed, removed or took
// over one of the manager's fields, whatever else happened to the object.
func Owned(u *unstructured.Unstructured, manager string) any {
	set := owned(u, manager)
	if set == nil {
		return nil
	}
	return project(u.Object, set)
}

// Applied reports whether manager has ever applied u.
func Applied(u *unstructured.Unstructured, manager string) bool { return owned(u, manager) != nil }

// owned is the field set of manager's Apply entry.
func owned(u *unstructured.Unstructured, manager string) map[string]any {
	metadata, _ := u.Object["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if entry["manager"] != manager || entry["operation"] != "Apply" || entry["subresource"] != nil {
			continue
		}
		set, _ := entry["fieldsV1"].(map[string]any)
		return set
	}
	return nil
}

// project cuts value down to set. A set without members owns the whole value.
func project(value any, set map[string]any) any {
	if len(set) == 0 {
		return value
	}
	out := make(map[string]any, len(set))
	for key, member := range set {
		members, _ := member.(map[string]any)
		kind, name, _ := strings.Cut(key, ":")
		child, found := find(value, kind, name)
		if found {
			out[key] = project(child, members)
		}
	}
	return out
}

// find follows one step of a field path: "." is the value's own existence, f a
// field, k a list item by its keys, v a set's item by its value.
func find(value any, kind, name string) (any, bool) {
	switch kind {
	case ".":
		return true, true
	case "f":
		object, _ := value.(map[string]any)
		child, found := object[name]
		return child, found
	case "k":
		var keys map[string]any
		if json.Unmarshal([]byte(name), &keys) != nil {
			return nil, false
		}
		return findItem(value, func(item any) bool { return hasKeys(item, keys) })
	case "v":
		var want any
		if json.Unmarshal([]byte(name), &want) != nil {
			return nil, false
		}
		return findItem(value, func(item any) bool { return equalJSON(item, want) })
	default: // i: an item by its place says nothing that lasts
		return nil, false
	}
}

func findItem(value any, match func(any) bool) (any, bool) {
	items, _ := value.([]any)
	for _, item := range items {
		if match(item) {
			return item, true
		}
	}
	return nil, false
}

func hasKeys(item any, keys map[string]any) bool {
	object, ok := item.(map[string]any)
	if !ok {
		return false
	}
	for name := range maps.Keys(keys) {
		if !equalJSON(object[name], keys[name]) {
			return false
		}
	}
	return true
}

// equalJSON compares values that may have been read by two decoders: one gives
// int64 for whole numbers, the other float64.
func equalJSON(a, b any) bool { return reflect.DeepEqual(number(a), number(b)) }

func number(v any) any {
	if i, ok := v.(int64); ok {
		return float64(i)
	}
	return v
}
