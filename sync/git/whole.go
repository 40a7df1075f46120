package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// takeWhole takes all of a commit, and keeps the site's part.
func (s *Source) takeWhole(ctx context.Context, x exchange, tip plumbing.Hash) (*closure, error) {
	q := wire.Request{Wants: []plumbing.Hash{tip}, Tip: x.caps.Shallow}
	answer, err := x.request(ctx, q.Command())
	if err != nil {
		return nil, err
	}
	in, err := wire.ReadPack(answer)
	if err != nil {
		return nil, err
	}
	return s.sift(in, tip)
}

// sift spools a pack to the disk and keeps what the site needs of it.
func (s *Source) sift(in io.Reader, tip plumbing.Hash) (*closure, error) {
	if err := os.MkdirAll(s.cfg.CacheDir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	dir, err := os.MkdirTemp(s.cfg.CacheDir, tmpPrefix)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCache, err)
	}
	defer os.RemoveAll(dir)
	spooled := store{dir: dir}
	if err := spooled.addPack(in, s.cfg.MaxBytes); err != nil {
		return nil, err
	}
	objects := spooled.open()
	defer objects.Close()
	if _, _, err := s.readCommit(noting{objects, s.held.put}, tip, nil); err != nil {
		return nil, err
	}
	c, missing, err := s.readClosure(tip)
	if err == nil && c == nil {
		err = fmt.Errorf("%w: %d objects are not in the pack", errDamaged, len(missing))
	}
	return c, err
}

// bringOld does it in the protocol's older versions, with one request for the
// whole conversation.
func (s *Source) bringOld(ctx context.Context, x exchange) error {
	adv, err := readAdvert(x.list, s.cfg.Ref)
	if err != nil {
		return err
	}
	s.meter.fetching.Store(true)
	if s.current != nil && s.current.commit == adv.commit {
		return nil
	}
	have := plumbing.ZeroHash
	if s.current != nil && !s.cut {
		have = s.current.commit
	}
	body, err := encodeRequest(adv, have)
	if err != nil {
		return err
	}
	answer, err := x.request(ctx, body)
	if err != nil {
		return err
	}
	in, builds, err := readPack(answer)
	if err != nil {
		return err
	}
	c, err := s.takeOld(in, builds, adv.commit)
	if err != nil {
		s.cut = true
		return err
	}
	s.arrived(x.caps, c)
	return nil
}

// takeOld takes a pack that builds on what is here, or one that is whole.
func (s *Source) takeOld(in io.Reader, builds bool, tip plumbing.Hash) (*closure, error) {
	if !builds {
		c, err := s.sift(in, tip)
		if errors.Is(err, errMissing) {
			return nil, errRefMissing
		}
		return c, err
	}
	if err := s.read(in); err != nil {
		return nil, err
	}
	c, _, err := s.readClosure(tip)
	if err == nil && c == nil {
		return nil, errAgain // it builds on what is not here: once more, without
	}
	return c, err
}
