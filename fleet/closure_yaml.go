package fleet

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What is parsed here comes from a repository that may be broken or hostile:
// these bound what parsing and looking it up can cost.
const (
	maxDocuments  = 100
	maxItems      = 10_000
	maxIndent     = 512 // block collections nest by indentation
	maxBrackets   = 128 // flow collections nest by brackets
	maxAliasDepth = 8
)

// node is a place in a YAML document, the zero node a missing one. Aliases are
// looked through where they are met and never expanded, so that they cost
// nothing however they multiply.
type node struct {
	yaml *yaml.Node
}

// parse reads a YAML stream as far as it can be read.
func parse(data []byte) []node {
	if tooDeep(data) {
		return nil
	}
	var docs []node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for range maxDocuments {
		var doc yaml.Node
		if err := dec.Decode(&doc); err != nil {
			return docs
		}
		if len(doc.Content) == 1 {
			docs = append(docs, node{doc.Content[0]})
		}
	}
	return docs
}

// tooDeep reports whether a YAML text may nest so deep that parsing it is
// dear. It may be wrong about text that only looks like nesting, far beyond
// what people write.
func tooDeep(data []byte) bool {
	open, column, leading := 0, 0, true
	for _, c := range data {
		switch {
		case c == '\n':
			column, leading = 0, true
			continue
		case c == '[' || c == '{':
			open++
		case (c == ']' || c == '}') && open > 0:
			open--
		}
		column++
		leading = leading && strings.IndexByte(" -?:", c) >= 0
		if open > maxBrackets || leading && column > maxIndent {
			return true
		}
	}
	return false
}

// resolve looks through aliases.
func (n node) resolve() node {
	for range maxAliasDepth {
		if n.yaml == nil || n.yaml.Kind != yaml.AliasNode {
			return n
		}
		n = node{n.yaml.Alias}
	}
	return node{}
}

// field is a mapping's value. Keys match whatever their case, as they do for
// kustomize.
func (n node) field(key string) node { return n.lookup(key, maxAliasDepth) }

func (n node) lookup(key string, merges int) node {
	n = n.resolve()
	if n.yaml == nil || n.yaml.Kind != yaml.MappingNode {
		return node{}
	}
	var merged node
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		if strings.EqualFold(n.yaml.Content[i].Value, key) {
			return node{n.yaml.Content[i+1]}.resolve()
		}
		if n.yaml.Content[i].Tag == "!!merge" {
			merged = node{n.yaml.Content[i+1]}
		}
	}
	if merged.yaml == nil || merges == 0 {
		return node{}
	}
	return merged.lookup(key, merges-1)
}

// items are a sequence's, or the node itself if it is none.
func (n node) items() []node {
	n = n.resolve()
	if n.yaml == nil {
		return nil
	}
	if n.yaml.Kind != yaml.SequenceNode {
		return []node{n}
	}
	items := make([]node, 0, min(len(n.yaml.Content), maxItems))
	for _, item := range n.yaml.Content[:min(len(n.yaml.Content), maxItems)] {
		items = append(items, node{item}.resolve())
	}
	return items
}

// scalars are the plain values of a sequence, or of the node itself.
func (n node) scalars() []string {
	var values []string
	for _, item := range n.items() {
		if item.yaml != nil && item.yaml.Kind == yaml.ScalarNode {
			values = append(values, item.yaml.Value)
		}
	}
	return values
}
