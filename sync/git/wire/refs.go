package wire

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	// maxRefs is how much is read of a list of refs, in bytes: prefixes may
	// match more than what is looked for.
	maxRefs = 1 << 20
	// peeled begins the attribute that has what a tag comes to.
	peeled = "peeled:"
)

// Ref is what a server says of one ref.
type Ref struct {
	Name string
	// ID is what the ref comes to, tags peeled.
	ID plumbing.Hash
}

// RefsCommand asks for the refs that begin with one of the prefixes. Peel asks
// what tags come to.
func RefsCommand(peel bool, prefixes ...string) []byte {
	var c command
	c.line("command=ls-refs")
	c.delimit()
	if peel {
		c.line("peel")
	}
	for _, prefix := range prefixes {
		c.line("ref-prefix " + prefix)
	}
	return c.end()
}

// ReadRefs reads the answer to a RefsCommand.
func ReadRefs(r io.Reader) ([]Ref, error) {
	var refs []Ref
	p := newPackets(r, maxRefs)
	for {
		k, line, err := p.line()
		if err != nil {
			return nil, answer("list of refs", err)
		}
		if k == flush || k == ending {
			return refs, nil
		}
		ref, err := parseRef(line)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
}

// ReadAnyRef reports whether the answer to a RefsCommand lists any ref. It reads
// no further than the first.
func ReadAnyRef(r io.Reader) (bool, error) {
	k, _, err := newPackets(r, maxRefs).line()
	if err != nil {
		return false, answer("list of refs", err)
	}
	return k == data, nil
}

func parseRef(line string) (Ref, error) {
	id, rest, _ := strings.Cut(line, " ")
	name, attributes, _ := strings.Cut(rest, " ")
	for attribute := range strings.FieldsSeq(attributes) {
		if what, ok := strings.CutPrefix(attribute, peeled); ok {
			id = what
		}
	}
	if name == "" || !plumbing.IsHash(id) {
		return Ref{}, fmt.Errorf("list of refs: %q: %w", Printable(line), ErrNotGit)
	}
	return Ref{Name: name, ID: plumbing.NewHash(id)}, nil
}
