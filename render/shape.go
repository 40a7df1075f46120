package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shape counts what a lot's YAML would grow to, before kustomize copies it
// around.
type shape struct {
	limits Limits
	nodes  int
}

// file checks all documents of a YAML file and returns them.
func (s *shape) file(name string, data []byte) ([]*yaml.Node, error) {
	var docs []*yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: is not YAML: %s: correct it", name, strings.TrimPrefix(err.Error(), "yaml: "))
		}
		if err := s.node(&doc, 0); err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
		docs = append(docs, doc.Content...)
	}
}

// node counts n and what is below it. Aliases are followed: they count as what
// they stand for.
func (s *shape) node(n *yaml.Node, depth int) error {
	s.nodes++
	if s.nodes > s.limits.Nodes {
		return fmt.Errorf("%d: more than %d values in all of the lot's YAML, aliases written out: split it, or remove anchors that are used again and again", n.Line, s.limits.Nodes)
	}
	if depth > s.limits.Depth {
		return fmt.Errorf("%d: nested more than %d levels deep: flatten it", n.Line, s.limits.Depth)
	}
	if entries := entries(n); entries > s.limits.Keys {
		return fmt.Errorf("%d: %d entries in one map or list, at most %d are rendered: split it", n.Line, entries, s.limits.Keys)
	}
	if n.Kind == yaml.AliasNode {
		return s.node(n.Alias, depth+1)
	}
	if err := plainEnough(n); err != nil {
		return err
	}
	for _, c := range n.Content {
		if err := s.node(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// countObjects is the number of objects in a resource file: its documents, and
// the items of its lists, also of lists in lists.
func countObjects(docs []*yaml.Node) int {
	n := len(docs)
	for _, doc := range docs {
		if items := value(doc, "items"); strings.HasSuffix(text(value(doc, "kind")), "List") && items != nil {
			n += countObjects(items.Content)
		}
	}
	return n
}

// copies counts the JSON patch operations in and below n that copy: each may
// double an object.
func copies(n *yaml.Node) int {
	count := 0
	if n.Kind == yaml.MappingNode && text(value(n, "op")) == "copy" {
		count++
	}
	for _, c := range n.Content {
		count += copies(c)
	}
	return count
}

// value is the value of a mapping's key, nil if there is none.
func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// entries is the number of a mapping's keys or a list's items.
func entries(n *yaml.Node) int {
	if n.Kind == yaml.MappingNode {
		return len(n.Content) / 2
	}
	return len(n.Content)
}

// plainEnough refuses what readers of YAML understand differently: a key that
// comes twice, and numbers that JSON does not have.
func plainEnough(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!float" {
		var f float64
		if err := n.Decode(&f); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return fmt.Errorf("%d: %s is no number that Kubernetes can take: write another, or put it into quotes", n.Line, n.Value)
		}
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if line, twice := seen[key.Value]; twice && key.Kind == yaml.ScalarNode {
			return fmt.Errorf("%d: %s is given twice (first in line %d): remove one of them", key.Line, key.Value, line)
		}
		seen[key.Value] = key.Line
	}
	return nil
}
