// Package git is where a lot's commits come from: it keeps a small cache of a
// Git repository up to date over a bad link, and reads the lot's part of a
// commit from it.
package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
)

// Source is a sync.Source on a Git repository. It fetches the whole history of
// one ref, as packs without a worktree, and reads the site's part of a commit
// from them. It is not for concurrent use.
type Source struct {
	cfg   Config
	addr  address
	store store
	web   web
	// last is what the last Fetch brought: as long as the remote still has it,
	// there is nothing to do.
	last sync.Revision
}

var _ sync.Source = (*Source)(nil)

// New makes a Source. It looks at the configuration, and neither at the files
// that it names nor at the remote.
func New(cfg Config) (*Source, error) {
	red := NewRedactor()
	addr, err := parseAddress(cfg.URL)
	if err == nil {
		err = cfg.check(addr)
	}
	if err != nil {
		return nil, red.Error(fmt.Errorf("repository %s: %w", cfg.URL, err))
	}
	return &Source{cfg: cfg, addr: addr, store: store{dir: cfg.CacheDir}}, nil
}

// Close lets go of the connections that are kept for the next poll.
func (s *Source) Close() error {
	s.web.Close()
	return nil
}

// Fetch asks the remote where the ref is, and transfers what is new of it. It
// fails with sync.ErrOffline when the remote cannot be asked or does not have
// the ref, and with sync.ErrInvalid when what it has is beyond this machine.
// Its messages hold no credentials.
func (s *Source) Fetch(ctx context.Context) (sync.Revision, error) {
	red := NewRedactor()
	rev, err := s.fetch(ctx, red)
	if errors.Is(err, errDamaged) {
		// Nothing in the store can be trusted. The second try begins with an
		// empty one, so it is the last.
		if err = s.drop(); err == nil {
			rev, err = s.fetch(ctx, red)
		}
	}
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w: what the server sends is not whole: %w", sync.ErrOffline, err)
	}
	if err != nil {
		return sync.Revision{}, red.Error(fmt.Errorf("fetch %s from %s: %w", s.cfg.Ref, s.cfg.URL, err))
	}
	s.last = rev
	return rev, nil
}

// Snapshot reads the site's part of a commit that Fetch brought from the cache.
// Where the cache is damaged, it is dropped, and the next Fetch brings it anew.
func (s *Source) Snapshot(ctx context.Context, rev sync.Revision) (sync.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return sync.Snapshot{}, err
	}
	if !plumbing.IsHash(string(rev.Commit)) {
		return sync.Snapshot{}, fmt.Errorf("%q is no commit: %w", rev.Commit, sync.ErrInvalid)
	}
	snap, err := s.read(plumbing.NewHash(string(rev.Commit)))
	switch {
	case errors.Is(err, errDamaged):
		err = errors.Join(fmt.Errorf("%w: %w: the next fetch brings it anew", sync.ErrOffline, err), s.drop())
	case errors.Is(err, errMissing):
		s.last = sync.Revision{}
		err = fmt.Errorf("%w: %w: the next fetch brings it", sync.ErrOffline, err)
	}
	if err != nil {
		return sync.Snapshot{}, NewRedactor().Error(fmt.Errorf("read commit %s: %w", rev.Commit.Short(), err))
	}
	return snap, nil
}

// fetch is one try with the store as it is.
func (s *Source) fetch(ctx context.Context, red *Redactor) (sync.Revision, error) {
	packs, err := s.store.prepare(s.cfg.MaxPacks)
	if err != nil {
		return sync.Revision{}, err
	}
	if packs == 0 {
		s.last = sync.Revision{} // somebody has cleared the cache
	}
	if plumbing.IsHash(s.cfg.Ref) {
		// A commit is what it is: the remote is asked only for what is missing.
		if rev, err := s.known(plumbing.NewHash(s.cfg.Ref)); !errors.Is(err, errMissing) {
			return rev, err
		}
	}
	commit, err := s.transfer(ctx, red)
	if err != nil {
		return sync.Revision{}, err
	}
	rev, err := s.known(commit)
	if errors.Is(err, errMissing) {
		return rev, s.explain(errRefMissing, login{})
	}
	return rev, err
}

// known is the revision of a commit that the store has, whole.
func (s *Source) known(id plumbing.Hash) (sync.Revision, error) {
	if string(s.last.Commit) == id.String() {
		return s.last, nil
	}
	snap, err := s.read(id)
	return snap.Revision, err
}

// read reads the site's part of a commit from the store.
func (s *Source) read(id plumbing.Hash) (sync.Snapshot, error) {
	snap, err := s.readObjects(id)
	if errors.Is(err, sync.ErrInvalid) {
		// Sizes are judged before an object can be compared with its hash: make
		// sure that they are the repository's, and not a broken disk's.
		if damage := s.store.verify(); damage != nil {
			return sync.Snapshot{}, damage
		}
	}
	return snap, err
}

func (s *Source) readObjects(id plumbing.Hash) (sync.Snapshot, error) {
	objects := s.store.open()
	defer objects.Close()
	data, err := objects.read(plumbing.CommitObject, id, maxCommit)
	if err != nil {
		return sync.Snapshot{}, err
	}
	c, err := parseCommit(data)
	if err != nil {
		return sync.Snapshot{}, err
	}
	snap, err := readSite(newTreeFS(objects, c.tree), s.cfg.Dir, s.cfg.Site)
	if err != nil {
		return sync.Snapshot{}, err
	}
	snap.Revision.Commit, snap.Revision.Time = sync.Commit(id.String()), c.time
	return snap, nil
}

// drop forgets all that was fetched.
func (s *Source) drop() error {
	s.last = sync.Revision{}
	return s.store.drop()
}
