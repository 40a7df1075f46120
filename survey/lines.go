package survey

import (
	"bytes"
	"strconv"
	"strings"
	stdsync "sync"

	"go.yaml.in/yaml/v3"

	"github.com/lotsync/lotsync/sync"
)

// lines finds the lines of fields in the files of a tree. Each question is
// answered once: thousands of lots ask the same.
type lines struct {
	tree *Tree

	mu    stdsync.Mutex
	found map[spot]int
	docs  map[string][]*yaml.Node
}

// spot is a field of an object that a file has.
type spot struct {
	file, group, kind, name, field string
}

const (
	maxDocuments = 1000 // of one file that are looked through
	maxParsed    = 64   // files that are kept parsed
)

func newLines(t *Tree) *lines {
	return &lines{tree: t, found: map[spot]int{}, docs: map[string][]*yaml.Node{}}
}

// find is the line of an object's field, or of the nearest field above it that
// the file has; zero if the file has nothing of the object. With no object the
// field is one of the file itself.
func (l *lines) find(file string, ref sync.Ref, field string) int {
	if file == "" {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := spot{file, ref.Group, ref.Kind, ref.Name, field}
	line, known := l.found[s]
	if !known {
		line = l.look(s)
		l.found[s] = line
	}
	return line
}

func (l *lines) look(s spot) int {
	docs := l.parsed(s.file)
	if s.kind == "" && len(docs) > 0 {
		return lineOf(docs[0], s.field)
	}
	if doc := s.pick(docs); doc != nil {
		return lineOf(doc, s.field)
	}
	for _, doc := range docs {
		if generator := generatorOf(doc, s.name); generator != nil {
			return generator.Line
		}
	}
	return 0
}

// parsed are the documents of a file, as far as it can be read.
func (l *lines) parsed(file string) []*yaml.Node {
	if docs, known := l.docs[file]; known {
		return docs
	}
	if len(l.docs) >= maxParsed {
		clear(l.docs)
	}
	data, err := l.tree.ReadFile(file)
	if err != nil {
		return nil
	}
	docs := parseYAML(data)
	l.docs[file] = docs
	return docs
}

func parseYAML(data []byte) (docs []*yaml.Node) {
	defer func() { _ = recover() }() // a parser that gives up on a file has no lines of it
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for range maxDocuments {
		var doc yaml.Node
		if dec.Decode(&doc) != nil {
			break
		}
		if len(doc.Content) == 1 {
			docs = append(docs, doc.Content[0])
		}
	}
	return docs
}

// pick is the document of an object: of its kind and name, or, where a prefix
// or suffix was added, of a name that is part of its own, or the only one of
// its kind.
func (s spot) pick(docs []*yaml.Node) *yaml.Node {
	var best *yaml.Node
	bestLength, ofKind := -1, 0
	var last *yaml.Node
	for _, doc := range docs {
		group, _, grouped := strings.Cut(scalarAt(doc, "apiVersion"), "/")
		if !grouped {
			group = ""
		}
		if scalarAt(doc, "kind") != s.kind || group != s.group {
			continue
		}
		ofKind++
		last = doc
		name := scalarAt(child(doc, "metadata"), "name")
		if strings.Contains(s.name, name) && len(name) > bestLength {
			best, bestLength = doc, len(name)
		}
	}
	if best == nil && ofKind == 1 {
		return last
	}
	return best
}

// generatorOf is the generator of a ConfigMap or Secret in a kustomization.
func generatorOf(doc *yaml.Node, name string) *yaml.Node {
	var best *yaml.Node
	bestLength := 0
	for _, key := range []string{"configMapGenerator", "secretGenerator"} {
		list := child(doc, key)
		if list == nil {
			continue
		}
		for _, item := range list.Content {
			if own := scalarAt(item, "name"); strings.Contains(name, own) && len(own) > bestLength {
				best, bestLength = item, len(own)
			}
		}
	}
	return best
}

// lineOf walks a path such as spec.ports[0].nodePort as far as it leads.
func lineOf(n *yaml.Node, path string) int {
	line := n.Line
	for path != "" && n != nil {
		path = strings.TrimPrefix(path, ".")
		if rest, is := strings.CutPrefix(path, "["); is {
			number, after, _ := strings.Cut(rest, "]")
			i, err := strconv.Atoi(number)
			if n.Kind != yaml.SequenceNode || err != nil || i < 0 || i >= len(n.Content) {
				break
			}
			n, path = n.Content[i], after
			line = n.Line
			continue
		}
		key, value := longest(n, path)
		if key == nil {
			break
		}
		n, path, line = value, path[len(key.Value):], key.Line
	}
	return line
}

// longest is the field of a map whose name the path begins with: names have
// dots, too.
func longest(n *yaml.Node, path string) (key, value *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		rest, is := strings.CutPrefix(path, k.Value)
		if k.Value == "" || !is || rest != "" && rest[0] != '.' && rest[0] != '[' {
			continue
		}
		if key == nil || len(k.Value) > len(key.Value) {
			key, value = k, n.Content[i+1]
		}
	}
	return key, value
}

// child is a field of a map, nil if there is none.
func child(n *yaml.Node, name string) *yaml.Node {
	if n == nil {
		return nil
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func scalarAt(n *yaml.Node, name string) string {
	if c := child(n, name); c != nil && c.Kind == yaml.ScalarNode {
		return c.Value
	}
	return ""
}
