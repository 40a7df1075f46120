package openapi

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"go.yaml.in/yaml/v3"
)

// samples are the objects of testdata/samples.yaml.
func samples(tb testing.TB) []map[string]any {
	tb.Helper()
	data, err := os.ReadFile("testdata/samples.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return parse(tb, string(data))
}

func parse(tb testing.TB, text string) []map[string]any {
	tb.Helper()
	var out []map[string]any
	for dec := yaml.NewDecoder(bytes.NewReader([]byte(text))); ; {
		var o map[string]any
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, o)
	}
}

func load(tb testing.TB, version string) *Schema {
	tb.Helper()
	s, err := Load(version)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// part is a place in a sample: a value, what it must look like, and which field
// of which definition it is.
type part struct {
	path  []any // field names and indices
	field string
	shape *shape
	value any
}

// parts takes an object apart.
func parts(s *shape, v any, field string, path ...any) []part {
	path = slices.Clone(path)
	out := []part{{path, field, s, v}}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if s.class == mapping {
				out = append(out, parts(s.elem, v[name], field, append(path, name)...)...)
			} else if f := s.field(name); f != nil && f.shape != nil {
				out = append(out, parts(f.shape, v[name], s.name+" "+name, append(path, name)...)...)
			}
		}
	case []any:
		for i := range v {
			if s.class == list {
				out = append(out, parts(s.elem, v[i], field, append(path, i)...)...)
			}
		}
	}
	return out
}

// changed is a copy of v in which another value is at a path; nothing is there if
// that value is removed{}.
func changed(v any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch step := path[0].(type) {
	case string:
		parent, _ := v.(map[string]any)
		out := maps.Clone(parent)
		if (value == removed{}) && len(path) == 1 {
			delete(out, step)
			return out
		}
		out[step] = changed(parent[step], path[1:], value)
		return out
	case int:
		parent, _ := v.([]any)
		out := slices.Clone(parent)
		out[step] = changed(parent[step], path[1:], value)
		return out
	}
	return v
}

type removed struct{}

func pathName(path []any) string {
	var at *place
	for _, step := range path {
		switch step := step.(type) {
		case string:
			at = &place{up: at, name: step}
		case int:
			at = &place{up: at, index: step}
		}
	}
	return at.String() + " of " + strconv.Itoa(len(path))
}
