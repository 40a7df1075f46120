package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxFile is the size in bytes that fleet.yaml and site.yaml may have.
	MaxFile = 256 << 10

	kindFleet = "Fleet"
	kindSite  = "Site"
)

// ParseFleet reads fleet.yaml. file is the name that errors give it. It fails
// with a *ParseError.
func ParseFleet(data []byte, file string) (Fleet, error) {
	return parseFile[Fleet](data, file, kindFleet)
}

// ParseSite reads site.yaml. file is the name that errors give it. It fails
// with a *ParseError.
func ParseSite(data []byte, file string) (Site, error) {
	return parseFile[Site](data, file, kindSite)
}

func parseFile[T any](data []byte, file, kind string) (T, error) {
	var out T
	c := checker{file: file}
	root := c.document(data)
	if root != nil {
		c.value(root, reflect.TypeFor[T](), "")
		c.identity(root, kind)
	}
	if len(c.problems) > 0 {
		return out, &ParseError{Problems: c.problems}
	}
	if err := root.Decode(&out); err != nil {
		c.add(root, "", "%s", err)
		return out, &ParseError{Problems: c.problems}
	}
	return out, nil
}

// document reads the file's only document, nil if there is a problem with it.
func (c *checker) document(data []byte) *yaml.Node {
	here := &yaml.Node{}
	if len(data) > MaxFile {
		c.add(here, "", "%d bytes, at most %d are read: move what is not for the agent elsewhere", len(data), MaxFile)
		return nil
	}
	var doc, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decode(decoder, &doc)
	if errors.Is(err, io.EOF) || err == nil && doc.Content[0].Tag == "!!null" {
		c.add(here, "", "is empty: it needs apiVersion, kind and spec")
		return nil
	}
	if err != nil {
		c.broken(err)
		return nil
	}
	if err := decode(decoder, &second); !errors.Is(err, io.EOF) {
		c.add(&second, "", "has more than one YAML document: keep one")
		return nil
	}
	return doc.Content[0]
}

// broken reports a file that is no YAML. The parser's line is one too low for
// some errors, and so it is a hint only.
func (c *checker) broken(err error) {
	words := strings.TrimPrefix(err.Error(), "yaml: ")
	c.add(&yaml.Node{}, "", "is not YAML: near %s", words)
}

// decode reads one document. A panic of the parser becomes an error: what
// stands in Git must not end the agent.
func decode(decoder *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: the parser gave up: %v", r)
		}
	}()
	return decoder.Decode(into)
}

// identity checks apiVersion and kind.
func (c *checker) identity(root *yaml.Node, kind string) {
	for _, want := range []struct{ field, value string }{{"apiVersion", APIVersion}, {"kind", kind}} {
		n := child(root, want.field)
		if n != nil && n.Value != want.value {
			c.add(n, want.field, "%q, want %s", n.Value, want.value)
		}
	}
}

func child(n *yaml.Node, name string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
