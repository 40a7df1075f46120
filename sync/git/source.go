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
	if errors.Is(err, errDamaged) || errors.Is(err, errMissing) {
		err = errors.Join(fmt.Errorf("%w: %w: the next fetch brings it anew", sync.ErrOffline, err), s.drop())
	}
	if err != nil {
		return sync.Snapshot{}, NewRedactor().Error(fmt.Errorf("read commit %s: %w", rev.Commit.Short(), err))
	}
	return snap, nil
}

// fetch is one try with the store as it is.
func (s *Source) fetch(ctx context.Context, red *Redactor) (sync.Revision, error) {
	if err := s.store.prepare(s.cfg.MaxPacks); err != nil {
		return sync.Revision{}, err
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

// transfer asks for the ref, fetches it if it is not known, and returns its
// commit.
func (s *Source) transfer(ctx context.Context, red *Redactor) (plumbing.Hash, error) {
	ctx, patience, cancel := withPatience(ctx, s.cfg.Timeout, s.cfg.Transfer)
	defer cancel()
	who, err := s.cfg.readLogin(s.addr, red)
	if err != nil {
		return plumbing.ZeroHash, s.explain(err, who)
	}
	talk, err := s.connect(ctx, who, red)
	if err != nil {
		return plumbing.ZeroHash, s.explain(causeOf(ctx, err), who)
	}
	defer talk.Close()
	adv, err := s.ask(ctx, talk)
	if err != nil {
		return plumbing.ZeroHash, s.explain(causeOf(ctx, err), who)
	}
	if _, err := s.known(adv.commit); !errors.Is(err, errMissing) {
		return adv.commit, err
	}
	patience.progress()
	err = s.bring(ctx, talk, adv, patience)
	return adv.commit, s.explain(causeOf(ctx, err), who)
}

// connect begins a conversation with the remote.
func (s *Source) connect(ctx context.Context, who login, red *Redactor) (conversation, error) { //nolint:ireturn // what it is depends on the URL
	switch s.addr.scheme {
	case schemeHTTP:
		return s.web.connect(s.cfg, s.addr, who, red)
	case schemeSSH:
		return connectSSH(ctx, s.cfg, s.addr, red)
	case schemeFile:
		return connectFile(ctx, s.addr)
	}
	return nil, fmt.Errorf("%s is not spoken here", s.addr.scheme)
}

// ask polls: where is the ref?
func (s *Source) ask(ctx context.Context, talk conversation) (advert, error) {
	list, err := talk.refs(ctx)
	if err != nil {
		return advert{}, err
	}
	return readAdvert(list, s.cfg.Ref)
}

// bring transfers what is new.
func (s *Source) bring(ctx context.Context, talk conversation, adv advert, patience *patience) error {
	tip, haves, err := s.haves()
	if err != nil {
		return err
	}
	body, err := encodeRequest(adv.wants, haves)
	if err != nil {
		return err
	}
	answer, err := talk.request(ctx, body)
	if err != nil {
		return err
	}
	pack, err := readPack(patience.reading(answer))
	if err != nil {
		return err
	}
	if err := s.store.addPack(pack, s.cfg.MaxBytes); err != nil {
		return err
	}
	if adv.commit == tip {
		return nil
	}
	return s.store.setTip(adv.commit)
}

// haves lists commits that the store has, so that the remote leaves out what
// they come with: the tip, and ever fewer of those before it, in case that the
// remote's history was rewritten.
func (s *Source) haves() (tip plumbing.Hash, haves []plumbing.Hash, err error) {
	const near, far = 16, 256
	tip, err = s.store.tip()
	if err != nil || tip.IsZero() {
		return tip, nil, err
	}
	objects := s.store.open()
	defer objects.Close()
	for i, id := 0, tip; i < far; i++ {
		data, err := objects.read(plumbing.CommitObject, id, maxCommit)
		if err != nil {
			return tip, nil, lost(err)
		}
		if i < near || i&(i-1) == 0 {
			haves = append(haves, id)
		}
		c, err := parseCommit(data)
		if err != nil {
			return tip, nil, err
		}
		if len(c.parents) == 0 {
			break
		}
		id = c.parents[0]
	}
	return tip, haves, nil
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
