package fleet

import (
	"fmt"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// maxProblems bounds what one message reports of one file.
const maxProblems = 10

// Problem is one thing that is wrong with a file.
type Problem struct {
	File    string // from the repository's root
	Line    int    // zero if not known
	Field   string // such as spec.edge.ports.mode; empty for the whole file
	Message string // what is wrong, and what to do
}

// String is the form that people read: "sites/fleet.yaml:7: spec.edge: …".
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
	}
	if p.Field != "" {
		s += ": " + p.Field
	}
	return s + ": " + p.Message
}

// ParseError lists what is wrong with a file. It is a sync.ErrInvalid.
type ParseError struct {
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *ParseError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes it a sync.ErrInvalid.
func (e *ParseError) Unwrap() error { return sync.ErrInvalid }
