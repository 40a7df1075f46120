// Package git is where a lot's commits come from: it fetches the lot's own part
// of a Git repository over a bad link, and keeps nothing else of it.
package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/wire"
)

// Source is a sync.Source on a Git repository. It asks for exactly what the
// site needs of the newest commit, and keeps that, and the one before. Fetch,
// Snapshot and Probe are not for concurrent use.
type Source struct {
	cfg   Config
	addr  address
	log   *slog.Logger
	cache cache
	web   web
	ssh   sshLink
	meter meter

	caps    wire.Capabilities // of the server, zero if they are not known
	shy     bool              // the server is asked for them first
	rung    rung              // the way that is taken
	refused rung              // the server refuses all ways before it
	shown   atomic.Pointer[Way]

	loaded   bool
	held     *held
	current  *closure
	previous *closure // another part than the current one's
	cut      bool     // an update was cut: do without
	narrow   bool     // a folder is too large to be taken whole, or the link too bad
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
	cfg.Dir = path.Clean(cfg.Dir)
	s := &Source{cfg: cfg, addr: addr, log: cfg.Log, cache: cache{dir: cfg.CacheDir}, held: newHeld()}
	s.web.meter, s.ssh.meter = &s.meter, &s.meter
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// Close lets go of the connections that are kept for the next poll.
func (s *Source) Close() error {
	s.hangUp()
	return nil
}

// hangUp closes them.
func (s *Source) hangUp() {
	s.web.Close()
	s.ssh.Close()
}

// errAgain: another conversation goes on from here.
var errAgain = errors.New("the conversation has to begin anew")

// Fetch asks the remote where the ref is, and transfers what the site needs of
// it and is not here. It fails with sync.ErrOffline when the remote cannot be
// asked or does not have the ref, with a sync.RetryAfterError where the remote
// says when to come back, and with sync.ErrInvalid when what it has is beyond
// this machine. What has come whole is kept for the next try. Its messages hold
// no credentials.
func (s *Source) Fetch(ctx context.Context) (sync.Revision, error) {
	red := NewRedactor()
	err := s.fetch(ctx, red)
	if err == nil {
		return s.current.revision, nil
	}
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w: what the server sends is not whole: %w", sync.ErrOffline, err)
	}
	if s.held.bytes > maxInflated/2 {
		s.held.keep(s.needed())
	}
	hidden := red.Error(fmt.Errorf("fetch %s from %s: %w", s.cfg.Ref, s.cfg.URL, err))
	if status, ok := errors.AsType[*statusError](err); ok && status.after > 0 {
		hidden = &sync.RetryAfterError{After: status.after, Err: hidden}
	}
	return sync.Revision{}, hidden
}

// fetch brings the newest commit.
func (s *Source) fetch(ctx context.Context, red *Redactor) error {
	if err := s.load(); err != nil {
		return err
	}
	if s.current != nil && s.current.commit.String() == s.cfg.Ref {
		return nil // a commit is what it is
	}
	return s.converse(ctx, red, s.catchUp)
}

// catchUp asks where the ref is and brings that.
func (s *Source) catchUp(ctx context.Context, x exchange) error {
	if x.caps.Version < 2 {
		return s.bringOld(ctx, x)
	}
	tip, err := s.tip(ctx, x)
	if err != nil || s.current != nil && s.current.commit == tip {
		return err
	}
	s.meter.fetching.Store(true)
	return s.bring(ctx, x, tip)
}

// load reads the cache once. One that is damaged is dropped, and said.
func (s *Source) load() error {
	if s.loaded {
		return nil
	}
	if err := s.cache.clean(); err != nil {
		s.log.Warn("the cache of Git objects cannot be cleaned", "error", err)
	}
	m, objects, err := s.cache.load()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.loaded = true
		return nil
	case errors.Is(err, errDamaged):
		s.log.Warn("the cache of Git objects is dropped, and fetched anew", "error", err)
		s.loaded = true
		return s.cache.drop()
	case err != nil:
		s.log.Warn("the cache of Git objects cannot be read, it is fetched anew", "error", err)
		s.loaded = true
		return nil
	}
	s.loaded, s.held = true, objects
	s.current, s.previous = s.whole(m.Current), s.whole(m.Previous)
	if m.Remote == s.remote() {
		s.caps, s.refused = m.Caps, m.Refused
		if s.caps.Version != 0 {
			s.learn(max(s.refused, offered(s.caps)))
		}
	}
	return nil
}

// whole is the closure of a commit in the cache, nil if it is not whole: for
// another site, it is not.
func (s *Source) whole(commit string) *closure {
	if !plumbing.IsHash(commit) {
		return nil
	}
	c, _, err := s.readClosure(plumbing.NewHash(commit))
	if err != nil {
		return nil
	}
	return c
}

// Snapshot reads the site's part of a commit that Fetch brought, now or before
// the last restart. It fails with sync.ErrOffline when that is not here any
// more.
func (s *Source) Snapshot(ctx context.Context, rev sync.Revision) (sync.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return sync.Snapshot{}, err
	}
	if !plumbing.IsHash(string(rev.Commit)) {
		return sync.Snapshot{}, fmt.Errorf("%q is no commit: %w", rev.Commit, sync.ErrInvalid)
	}
	if err := s.load(); err != nil {
		return sync.Snapshot{}, fmt.Errorf("read commit %s: %w", rev.Commit.Short(), err)
	}
	c := s.recall(rev)
	if c == nil {
		return sync.Snapshot{}, fmt.Errorf("read commit %s: %w: %w: the next fetch brings it", rev.Commit.Short(), sync.ErrOffline, errMissing)
	}
	snap, _, err := s.readCommit(s.held, c.commit, nil)
	if err != nil {
		return sync.Snapshot{}, fmt.Errorf("read commit %s: %w", rev.Commit.Short(), err)
	}
	if snap.Revision.Commit != rev.Commit { // another commit with the same part
		snap.Revision.Commit, snap.Revision.Time = rev.Commit, rev.Time
	}
	return snap, nil
}
