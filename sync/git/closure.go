package git

import (
	"errors"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
)

// closure is the site's part of one commit, whole: what is needed to read it is
// held.
type closure struct {
	commit   plumbing.Hash
	revision sync.Revision
	// ids are the objects: the commit, the trees on the way, and the content.
	ids map[plumbing.Hash]bool
	// found is what was looked for to find the part: where all of it is the
	// same in another commit, so is the part.
	found map[string]entry
}

// readCommit reads the site's part of a commit. Where miss is set, it is told of
// what is not there, and the part is whole only if it was told of nothing.
func (s *Source) readCommit(from objectReader, id plumbing.Hash, miss func(want)) (sync.Snapshot, *treeFS, error) {
	c, err := openCommit(from, id)
	if errors.Is(err, errMissing) && miss != nil {
		miss(want{id: id, kind: plumbing.CommitObject})
		return sync.Snapshot{}, nil, nil
	}
	if err != nil {
		return sync.Snapshot{}, nil, err
	}
	tree := newTreeFS(from, c.tree)
	tree.miss = miss
	snap, err := readSite(tree, s.cfg.Dir, s.cfg.Site)
	if err != nil {
		return sync.Snapshot{}, nil, err
	}
	snap.Revision.Commit, snap.Revision.Time = sync.Commit(id.String()), c.time
	return snap, tree, nil
}

func openCommit(from objectReader, id plumbing.Hash) (commit, error) {
	data, err := from.read(plumbing.CommitObject, id, maxCommit)
	if err != nil {
		return commit{}, err
	}
	return parseCommit(data)
}

// sameClosure is the closure of a commit that changes nothing for the site, nil
// if it does, or if that cannot be told from what is held.
func (s *Source) sameClosure(id plumbing.Hash) *closure {
	if s.current == nil {
		return nil
	}
	c := &closure{commit: id, revision: s.current.revision, ids: map[plumbing.Hash]bool{}, found: s.current.found}
	from := noting{s.held, func(id plumbing.Hash, _ pack.Object) { c.ids[id] = true }}
	in, err := openCommit(from, id)
	if err != nil {
		return nil
	}
	tree := newTreeFS(from, in.tree)
	for name, before := range c.found {
		now, err := tree.find("compare", name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) || now.mode != before.mode || !now.mode.IsDir() && now.id != before.id {
			return nil
		}
		if _, held := s.held.get(now.id); held {
			c.ids[now.id] = true
		}
	}
	c.revision.Commit, c.revision.Time = sync.Commit(id.String()), in.time
	return c
}

// readClosure reads a commit from what is held, and tells what is missing for
// that, each object once. With nothing missing the closure is whole.
func (s *Source) readClosure(id plumbing.Hash) (*closure, []want, error) {
	if c := s.sameClosure(id); c != nil {
		return c, nil, nil
	}
	var missing []want
	told := map[plumbing.Hash]bool{}
	miss := func(w want) {
		if !told[w.id] {
			told[w.id] = true
			missing = append(missing, w)
		}
	}
	c := &closure{commit: id, ids: map[plumbing.Hash]bool{}}
	note := func(id plumbing.Hash, _ pack.Object) { c.ids[id] = true }
	snap, tree, err := s.readCommit(noting{s.held, note}, id, miss)
	if err != nil || len(missing) > 0 {
		return nil, missing, err
	}
	c.revision, c.found = snap.Revision, tree.found
	return c, nil, nil
}

// recall finds the closure that a revision stands for, nil if it is not here.
func (s *Source) recall(rev sync.Revision) *closure {
	for _, c := range []*closure{s.current, s.previous} {
		if c != nil && (c.revision.Commit == rev.Commit || rev.Key != "" && c.revision.Key == rev.Key) {
			return c
		}
	}
	return nil
}

// advance makes a closure the current one, and drops what no closure needs. It
// reports whether the site's part is another than before.
func (s *Source) advance(c *closure) (changed bool) {
	changed = s.current == nil || s.current.revision.Key != c.revision.Key
	if changed {
		s.previous = s.current
	}
	s.current = c
	s.held.keep(s.needed())
	return changed
}

// needed are the objects of the closures.
func (s *Source) needed() map[plumbing.Hash]bool {
	ids := map[plumbing.Hash]bool{}
	for _, c := range []*closure{s.current, s.previous} {
		if c == nil {
			continue
		}
		for id := range c.ids {
			ids[id] = true
		}
	}
	return ids
}
