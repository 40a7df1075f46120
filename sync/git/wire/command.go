package wire

import (
	"bytes"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// command is a message to the server.
type command struct {
	body bytes.Buffer
}

func (c *command) line(text string) { fmt.Fprintf(&c.body, "%04x%s", headSize+len(text), text) }

func (c *command) delimit() { c.body.WriteString("0001") }

func (c *command) end() []byte {
	c.body.WriteString("0000")
	return c.body.Bytes()
}

// Filter leaves objects out of a pack. Those that are wanted by name always
// come.
type Filter string

// The filters that servers commonly know.
const (
	Everything Filter = ""
	// NoTrees leaves out all trees and files.
	NoTrees Filter = "tree:0"
	// NoFiles leaves out the content of files.
	NoFiles Filter = "blob:none"
)

// Request asks for a pack.
type Request struct {
	// Wants are the objects to send, with what they refer to as far as Filter
	// lets it through.
	Wants []plumbing.Hash
	// Have is a commit that is here, without its history; the zero hash for
	// none. What it comes with is left out, wanted or not, and may be the base
	// of deltas. The server sends nothing if it does not know it
	// (ErrNothingCommon).
	Have plumbing.Hash
	// Tip leaves out the history of the commits that are wanted.
	Tip    bool
	Filter Filter
}

// Command is the request as a message.
func (q Request) Command() []byte {
	var c command
	c.line("command=fetch")
	c.delimit()
	c.line("no-progress")
	c.line("ofs-delta")
	if q.Tip {
		c.line("deepen 1")
	}
	if q.Filter != Everything {
		c.line("filter " + string(q.Filter))
	}
	for _, id := range q.Wants {
		c.line("want " + id.String())
	}
	if q.Have.IsZero() {
		c.line("done")
		return c.end()
	}
	// Without "done", a server that does not know the commit sends no pack.
	// Without "shallow", it may think that all the history is here.
	c.line("thin-pack")
	c.line("shallow " + q.Have.String())
	c.line("have " + q.Have.String())
	return c.end()
}
