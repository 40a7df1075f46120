package git

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/wire"
)

// commit is what is read of a commit object.
type commit struct {
	tree    plumbing.Hash
	parents []plumbing.Hash
	time    time.Time // the committer's
}

// parseCommit reads the headers of a commit object.
func parseCommit(data []byte) (commit, error) {
	var c commit
	head, _, _ := strings.Cut(string(data), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree", "parent":
			if !plumbing.IsHash(value) {
				return commit{}, fmt.Errorf("commit with the %s %q: %w", key, wire.Printable(value), sync.ErrInvalid)
			}
			if key == "tree" {
				c.tree = plumbing.NewHash(value)
				continue
			}
			c.parents = append(c.parents, plumbing.NewHash(value))
		case "committer":
			c.time = committerTime(value)
		}
	}
	if c.tree.IsZero() {
		return commit{}, fmt.Errorf("commit without a tree: %w", sync.ErrInvalid)
	}
	return c, nil
}

// committerTime is the time of "Name <address> seconds zone", the zero time if
// there is none.
func committerTime(who string) time.Time {
	_, stamp, _ := strings.Cut(who[strings.LastIndexByte(who, '>')+1:], " ")
	seconds, _, _ := strings.Cut(stamp, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// entry is one line of a tree object.
type entry struct {
	id   plumbing.Hash
	mode fs.FileMode
}

// findEntry finds an entry of a tree object by its name, the zero entry if it has
// none. It reads the whole object and keeps nothing of it, as a folder may hold
// thousands of lots.
func findEntry(data []byte, want string) (entry, error) {
	const idSize = len(plumbing.ZeroHash)
	var (
		found  entry
		before []byte
	)
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := bytes.Cut(head, []byte{' '})
		if !ok || !spaced || len(rest) < idSize {
			return entry{}, fmt.Errorf("a tree that cannot be read: %w", sync.ErrInvalid)
		}
		if err := checkName(name, before); err != nil {
			return entry{}, err
		}
		before = name
		if string(name) == want {
			kind, err := modeOf(string(mode), want)
			if err != nil {
				return entry{}, err
			}
			if found.mode != 0 {
				return entry{}, twice(name)
			}
			found = entry{id: plumbing.Hash(rest[:idSize]), mode: kind}
		}
		data = rest[idSize:]
	}
	return found, nil
}

// modeOf reads the mode of an entry.
func modeOf(mode, name string) (fs.FileMode, error) {
	switch mode {
	case "40000":
		return fs.ModeDir | 0o755, nil
	case "120000":
		return fs.ModeSymlink | 0o777, nil
	case "160000":
		return fs.ModeIrregular, nil // a submodule
	case "100644", "100755", "100664":
		return 0o644, nil
	}
	return 0, fmt.Errorf("%s has the mode %q: %w", wire.Printable(name), wire.Printable(mode), sync.ErrInvalid)
}

// checkName refuses names that no honest tree has: they are for fooling who
// writes them to a disk, or looks them up. Equal names follow on each other, as
// trees are sorted.
func checkName(name, before []byte) error {
	switch {
	case len(name) == 0, string(name) == ".", string(name) == "..", bytes.IndexByte(name, '/') >= 0, bytes.EqualFold(name, []byte(".git")):
		return fmt.Errorf("a tree has an entry of the name %q: %w", wire.Printable(string(name)), sync.ErrInvalid)
	case bytes.Equal(name, before):
		return twice(name)
	}
	return nil
}

func twice(name []byte) error {
	return fmt.Errorf("a tree has two entries of the name %q: %w", wire.Printable(string(name)), sync.ErrInvalid)
}
