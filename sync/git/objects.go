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

// parseTree reads a tree object.
func parseTree(data []byte) (map[string]entry, error) {
	const idSize = len(plumbing.ZeroHash)
	tree := make(map[string]entry, len(data)/64)
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := strings.Cut(string(head), " ")
		if !ok || !spaced || name == "" || len(rest) < idSize {
			return nil, fmt.Errorf("a tree that cannot be read: %w", sync.ErrInvalid)
		}
		if err := checkName(name, tree); err != nil {
			return nil, err
		}
		e := entry{id: plumbing.Hash(rest[:idSize])}
		switch mode {
		case "40000":
			e.mode = fs.ModeDir | 0o755
		case "120000":
			e.mode = fs.ModeSymlink | 0o777
		case "160000":
			e.mode = fs.ModeIrregular // a submodule
		case "100644", "100755", "100664":
			e.mode = 0o644
		default:
			return nil, fmt.Errorf("%s has the mode %q: %w", wire.Printable(name), wire.Printable(mode), sync.ErrInvalid)
		}
		tree[name] = e
		data = rest[idSize:]
	}
	return tree, nil
}

// checkName refuses names that no honest tree has: they are for fooling who
// writes them to a disk, or looks them up.
func checkName(name string, tree map[string]entry) error {
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, "/") || strings.EqualFold(name, ".git") {
		return fmt.Errorf("a tree has an entry of the name %q: %w", wire.Printable(name), sync.ErrInvalid)
	}
	if _, twice := tree[name]; twice {
		return fmt.Errorf("a tree has two entries of the name %q: %w", wire.Printable(name), sync.ErrInvalid)
	}
	return nil
}
