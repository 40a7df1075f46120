package openapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing in an object that an API server would refuse.
type Problem struct {
	Field   string // such as spec.template.spec.containers[0].image
	Message string // what is wrong with it, and what to do
}

func (p Problem) String() string { return p.Field + ": " + p.Message }

// Check returns what is wrong with an object, sorted by field. The object is made
// of maps, lists, strings, numbers, booleans and null.
func (s *Schema) Check(o map[string]any) []Problem {
	name := kindName{}
	for field, into := range map[string]*string{"apiVersion": &name.apiVersion, "kind": &name.kind} {
		*into, _ = o[field].(string)
	}
	for _, missing := range []string{"apiVersion", "kind"} {
		if written, _ := o[missing].(string); written == "" {
			return []Problem{{missing, "is missing, or no text: say which kind of object this is"}}
		}
	}
	shape, problem := s.find(name)
	if problem != nil {
		return []Problem{*problem}
	}
	if shape == nil {
		return nil
	}
	c := checker{schema: s, secret: name == kindName{"v1", "Secret"}}
	c.fields(nil, shape, o)
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return strings.Compare(a.Field, b.Field) })
	return c.problems
}

// checker walks through one object.
type checker struct {
	schema   *Schema
	secret   bool // values must not be in messages
	problems []Problem
}

// place is where the checker is: a chain up to the object, so that only those
// who report something pay for its name.
type place struct {
	up    *place
	name  string // of a field; empty for an item of a list
	index int
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	above := p.up.String()
	switch {
	case p.name == "":
		return above + "[" + strconv.Itoa(p.index) + "]"
	case above == "":
		return p.name
	}
	return above + "." + p.name
}

func (c *checker) report(p *place, message string) {
	c.problems = append(c.problems, Problem{p.String(), message})
}

// value checks a value. null is a field that is not set.
func (c *checker) value(p *place, s *shape, v any) {
	if v == nil || s.class == anything {
		return
	}
	switch s.class { //nolint:exhaustive // the rest are single values
	case object, mapping:
		c.mapOf(p, s, v)
	case list:
		c.list(p, s, v)
	default:
		if message := c.wrong(s, v); message != "" {
			c.report(p, message)
		}
	}
}

func (c *checker) mapOf(p *place, s *shape, v any) {
	m, ok := v.(map[string]any)
	switch {
	case !ok:
		c.report(p, "want "+want(s)+", not "+c.describe(v)+advice(s, v))
	case s.class == object:
		c.fields(p, s, m)
	default:
		for key, value := range m {
			c.value(&place{up: p, name: key}, s.elem, value)
		}
	}
}

// fields checks the fields of an object.
func (c *checker) fields(p *place, s *shape, m map[string]any) {
	for name, value := range m {
		at := place{up: p, name: name}
		switch f := s.field(name); {
		case f != nil && f.shape != nil:
			c.value(&at, f.shape, value)
		case f != nil:
			c.report(&at, fmt.Sprintf("is not in Kubernetes %s: %s", c.schema.version, c.schema.since(f.in)))
		case !s.open:
			c.report(&at, unknown(s, name))
		case s.elem != nil:
			c.value(&at, s.elem, value)
		}
	}
	for i := range s.fields {
		if f := &s.fields[i]; f.required && m[f.name] == nil {
			c.report(&place{up: p, name: f.name}, "is missing: add it")
		}
	}
}

func unknown(s *shape, name string) string {
	of := ""
	if s.name != "" {
		of = " of " + s.name[strings.LastIndexByte(s.name, '.')+1:]
	}
	return "is not a field" + of + suggest(name, s.fieldNames()) + ": mend its name, or remove it"
}

func (c *checker) list(p *place, s *shape, v any) {
	items, ok := v.([]any)
	if !ok {
		c.report(p, "want "+want(s)+", not "+c.describe(v)+advice(s, v))
		return
	}
	for i, item := range items {
		c.value(&place{up: p, index: i}, s.elem, item)
	}
	if s.keys != nil && len(items) > 1 {
		c.unique(p, s, items)
	}
}

// unique finds items that a server-side apply takes for one and the same.
func (c *checker) unique(p *place, s *shape, items []any) {
	first := make(map[string]int, len(items))
	for i, item := range items {
		key, ok := keyOf(item, s.keys)
		if !ok {
			continue
		}
		if earlier, twice := first[key]; twice {
			c.report(&place{up: p, index: i}, fmt.Sprintf("has the same %s as [%d]: remove one of them", nameKeys(s.keys), earlier))
			continue
		}
		first[key] = i
	}
}

func nameKeys(keys []string) string {
	if keys[0] == "" {
		return "value"
	}
	return strings.Join(keys, " and ")
}

// keyOf joins what an item must differ in from others; false if it does not say.
func keyOf(item any, keys []string) (string, bool) {
	if keys[0] == "" {
		return literal(item)
	}
	m, ok := item.(map[string]any)
	if !ok {
		return "", false
	}
	var out strings.Builder
	for _, key := range keys {
		value, ok := literal(m[key])
		switch {
		case !ok && m[key] == nil && key == "protocol":
			value = "TCP" // the one key that has a default
		case !ok:
			return "", false
		}
		out.WriteString(strconv.Quote(value))
	}
	return out.String(), true
}
