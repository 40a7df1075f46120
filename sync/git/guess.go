package git

import (
	"path"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// guess adds to a request of the first sync what nearly all fleets need, so that
// it does not take a round trip of its own later: the shared base with the lot's
// folder, and the list of components and the like with the trees on the way. A
// wrong guess costs as much as the folder's list of names, or the base.
func (w *walk) guess(filter wire.Filter) []plumbing.Hash {
	if w.current != nil || w.narrow {
		return nil
	}
	var folders []string
	switch filter {
	case wire.Everything:
		folders = []string{"base", "bases"}
	case wire.NoTrees:
		folders = []string{"components", "countries", "regions"}
	case wire.NoFiles:
		return nil // all trees come
	}
	return w.beside(folders)
}

// beside are the trees of folders of the fleet that are not here, as far as the
// fleet's own tree is.
func (w *walk) beside(folders []string) []plumbing.Hash {
	data, err := w.held.read(plumbing.CommitObject, w.tip, maxCommit)
	if err != nil {
		return nil
	}
	c, err := parseCommit(data)
	if err != nil {
		return nil
	}
	root := newTreeFS(w.held, c.tree)
	var ids []plumbing.Hash
	for _, name := range folders {
		e, err := root.find("guess", path.Join(w.cfg.Dir, name))
		if err != nil || !e.mode.IsDir() || w.guessed[e.id] {
			continue
		}
		if _, here := w.held.get(e.id); !here {
			w.guessed[e.id] = true
			ids = append(ids, e.id)
		}
	}
	return ids
}
