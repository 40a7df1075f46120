package openapi

import (
	"cmp"
	"slices"
	"strings"
)

// Schema is what one version of Kubernetes knows, and the custom resources that
// With has added. It does not change, and may be used by many at once.
type Schema struct {
	version string
	known   []string // all versions, newest first
	kinds   map[kindName]kind
	meta    *shape              // of an object's metadata
	kindsOf map[string][]string // by API group and version: the kinds, to suggest from
	custom  map[group]bool      // the groups that come from definitions in With
}

// Version is the minor version of Kubernetes, such as 1.34.
func (s *Schema) Version() string { return s.version }

type group string

// kindName is a kind as objects name it.
type kindName struct{ apiVersion, kind string }

func (n kindName) group() group {
	g, _, grouped := strings.Cut(n.apiVersion, "/")
	if !grouped {
		return ""
	}
	return group(g)
}

// kind is what is known of a kind. One without a shape is not in this version of
// Kubernetes, only in others.
type kind struct {
	shape *shape
	in    versions
}

type class byte

// The classes of values. Those above object are letters of the packed text.
const (
	list      class = '['
	mapping   class = '{'
	object    class = 'o'
	anything  class = '*'
	text      class = 's'
	bytes64   class = 'y' // a string in base64
	timestamp class = 't'
	int32Num  class = 'i'
	int64Num  class = 'I'
	decimal   class = 'n'
	boolean   class = 'b'
	quantity  class = 'q'
	intOrText class = 'x'
)

// shape is what a value must look like.
type shape struct {
	class  class
	name   string   // of an object's definition, such as core.v1.Container; empty in custom resources
	fields []field  // of an object, sorted by name
	open   bool     // an object may have other fields too
	elem   *shape   // of a list, a mapping, or an open object's other fields
	keys   []string // what the items of a list must differ in; [""] if in their whole
	enum   []string // of a string; empty if it may be any
}

// field is one field of an object. One without a shape is not in this version of
// Kubernetes, only in others.
type field struct {
	name     string
	shape    *shape
	required bool
	in       versions
}

// field is the field of that name, nil if there is none.
func (s *shape) field(name string) *field {
	i, found := slices.BinarySearchFunc(s.fields, name, func(f field, name string) int { return cmp.Compare(f.name, name) })
	if !found {
		return nil
	}
	return &s.fields[i]
}

// fieldNames are those that this version of Kubernetes has.
func (s *shape) fieldNames() []string {
	var out []string
	for _, f := range s.fields {
		if f.shape != nil {
			out = append(out, f.name)
		}
	}
	return out
}
