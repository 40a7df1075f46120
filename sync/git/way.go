package git

import (
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// rung is one of the ways to bring a lot's part, each dearer than the one
// before. The result is the same.
type rung int

const (
	// byTree asks for each level of trees, and then for exactly what is missing
	// below. It needs the only filter of trees that large hosts promise.
	byTree rung = iota
	// byFile takes all trees of a commit, and asks for files by their hashes.
	byFile
	// whole takes all of a commit.
	whole
	// wholeOld does the same over the protocol's older versions, in which a poll
	// lists all refs.
	wholeOld
)

// The names of the ways, the cheapest first.
const (
	WayPaths = "paths" // only what the lot needs
	WayTrees = "trees" // all folders of the fleet, and of the files only those
	WayWhole = "whole" // all of the fleet's newest commit
)

// Way is how the remote lets itself be asked.
type Way struct {
	// Name is WayPaths, WayTrees or WayWhole; empty before the first contact.
	Name string
	// Cost says what it means, for people.
	Cost string
}

// Way says how the remote is asked, as far as that is known. It may be called
// from other goroutines.
func (s *Source) Way() Way {
	if way := s.shown.Load(); way != nil {
		return *way
	}
	return Way{}
}

func (r rung) way() Way {
	switch r {
	case byTree:
		return Way{Name: WayPaths, Cost: "only the lot's own part is transferred: the server speaks protocol v2 and filters by path"}
	case byFile:
		return Way{Name: WayTrees, Cost: "the first sync, and one after the history was rewritten, transfer all folders of the fleet without their files (some megabytes with thousands of lots): the server does not filter trees"}
	case whole:
		return Way{Name: WayWhole, Cost: "the first sync, and some others, transfer the whole fleet without its history: the server filters nothing, or hands out no object by its hash; allow that there (uploadpack.allowFilter)"}
	case wholeOld:
	}
	return Way{Name: WayWhole, Cost: "the first sync, and some others, transfer the whole fleet without its history, and each poll lists all refs: the server does not speak protocol v2; turn it on there (protocol.version)"}
}

// offered is the best way that a server offers.
func offered(caps wire.Capabilities) rung {
	switch {
	case caps.Version < 2:
		return wholeOld
	case !caps.Filter:
		return whole
	}
	return byTree
}

// refuse notes that the server refuses all ways before this one.
func (s *Source) refuse(next rung) {
	s.refused = next
	s.learn(next)
}

// learn notes the way that is taken from here on.
func (s *Source) learn(r rung) {
	s.rung = r
	way := r.way()
	s.shown.Store(&way)
}

// demote reports whether an error is the server's refusal of what the way needs,
// and takes the next one.
func (s *Source) demote(err error, asked []want) bool {
	refused, ok := errors.AsType[*wire.RefusedError](err)
	if !ok || s.rung >= whole {
		return false
	}
	if strings.Contains(refused.Text, "filter") {
		s.refuse(s.rung + 1)
		return true
	}
	// A commit may be gone since the poll. What it is made of cannot be, so the
	// server hands out nothing by its hash.
	for _, w := range asked {
		if w.kind == plumbing.CommitObject {
			return false
		}
	}
	s.refuse(whole)
	return true
}
