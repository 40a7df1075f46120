package fleet

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checker compares a YAML tree with a Go type, strictly, and collects what does
// not fit.
type checker struct {
	file     string
	problems []Problem
}

func (c *checker) add(n *yaml.Node, field, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{
			File: c.file, Line: n.Line, Field: field, Message: fmt.Sprintf(format, args...),
		})
	}
}

// value checks that n can become a t. A null is a field that is not given.
func (c *checker) value(n *yaml.Node, t reflect.Type, field string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		c.add(n, field, "anchors and aliases are not allowed here: write the value out")
		return
	}
	if n.Tag == "!!null" {
		return
	}
	switch t.Kind() { //nolint:exhaustive // the kinds that the types of this package are made of; a test walks them all
	case reflect.Pointer:
		c.value(n, t.Elem(), field)
	case reflect.Struct:
		c.structure(n, t, field)
	case reflect.Map:
		c.entries(n, field, func(_, v *yaml.Node, at string) { c.value(v, t.Elem(), at) })
	case reflect.Slice:
		c.list(n, t, field)
	default:
		c.scalar(n, t, field)
	}
}

func (c *checker) structure(n *yaml.Node, t reflect.Type, field string) {
	seen := map[string]bool{}
	c.entries(n, field, func(k, v *yaml.Node, at string) {
		f, ok := fieldNamed(t, k.Value)
		if !ok {
			names := fieldNames(t)
			c.add(k, at, "unknown field%s; known here: %s", didYouMean(k.Value, names), strings.Join(names, ", "))
			return
		}
		seen[k.Value] = v.Tag != "!!null"
		c.value(v, f.Type, at)
	})
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if options == "" && !seen[name] && n.Kind == yaml.MappingNode {
			c.add(n, join(field, name), "is missing: it must be given")
		}
	}
}

// entries visits the pairs of a mapping, and refuses what is none, and keys
// that come twice.
func (c *checker) entries(n *yaml.Node, field string, visit func(k, v *yaml.Node, at string)) {
	if n.Kind != yaml.MappingNode {
		c.add(n, field, "want fields and values, not %s", describe(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := join(field, k.Value)
		if k.Kind != yaml.ScalarNode || k.Anchor != "" || k.Tag == "!!merge" {
			c.add(k, field, "a field's name must be a plain word")
			continue
		}
		if line, twice := seen[k.Value]; twice {
			c.add(k, at, "is given twice (first in line %d): remove one of them", line)
			continue
		}
		seen[k.Value] = k.Line
		visit(k, n.Content[i+1], at)
	}
}

func (c *checker) list(n *yaml.Node, t reflect.Type, field string) {
	if n.Kind != yaml.SequenceNode {
		c.add(n, field, "want a list, not %s", describe(n))
		return
	}
	for i, item := range n.Content {
		at := field + "[" + strconv.Itoa(i) + "]"
		if item.Tag == "!!null" {
			c.add(item, at, "is empty: give it a value or remove it")
			continue
		}
		c.value(item, t.Elem(), at)
	}
}

func (c *checker) scalar(n *yaml.Node, t reflect.Type, field string) {
	if n.Kind != yaml.ScalarNode {
		c.add(n, field, "want a single value, not %s", describe(n))
		return
	}
	switch t.Kind() { //nolint:exhaustive // see value
	case reflect.String:
		c.text(n, t, field)
	case reflect.Int:
		if v, err := strconv.Atoi(n.Value); n.Tag != "!!int" || err != nil || v < 0 {
			c.add(n, field, "want a whole number, not %q", n.Value)
		}
	case reflect.Bool:
		if n.Tag != "!!bool" {
			c.add(n, field, "want true or false, not %q", n.Value)
		}
	}
}

func (c *checker) text(n *yaml.Node, t reflect.Type, field string) {
	_, special := reflect.TypeAssert[scalar](reflect.Zero(t))
	if n.Tag != "!!str" && (n.Tag != "!!timestamp" || !special) {
		c.add(n, field, "want a string: put %s into quotes", n.Value)
		return
	}
	if !special || n.Value == "" {
		return
	}
	v := reflect.New(t).Elem()
	v.SetString(n.Value)
	if s, ok := reflect.TypeAssert[scalar](v); ok {
		if err := s.check(); err != nil {
			c.add(n, field, "%s", err)
		}
	}
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return strconv.Quote(n.Value)
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return "this"
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}
