package git

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
	"github.com/lotsync/lotsync/sync/git/wire"
)

// bring transfers what is missing of a commit, and makes it the current one.
func (s *Source) bring(ctx context.Context, x exchange, tip plumbing.Hash) error {
	if err := s.update(ctx, x, tip); err != nil {
		return err
	}
	w := &walk{Source: s, x: x, tip: tip, asked: map[plumbing.Hash]bool{}, guessed: map[plumbing.Hash]bool{}}
	c, err := w.run(ctx)
	if err != nil {
		return err
	}
	s.arrived(x.caps, c)
	return nil
}

// update asks for what the tip has and the commit before has not. A server that
// does not know that one sends nothing. Once such a transfer was cut, the walk
// gets the commit, as each of its steps takes up where the last one ended.
func (s *Source) update(ctx context.Context, x exchange, tip plumbing.Hash) error {
	if s.current == nil || s.cut || !x.caps.Shallow {
		return nil
	}
	if _, ok := s.held.get(tip); ok {
		return nil // an earlier try has brought it
	}
	q := wire.Request{Wants: []plumbing.Hash{tip}, Have: s.current.commit, Tip: true}
	err := s.take(ctx, x, q.Command())
	switch {
	case err == nil, errors.Is(err, wire.ErrNothingCommon):
		return nil
	case errors.Is(err, pack.ErrTooLarge):
		s.cut = true
		return errAgain // the rest of the answer is in the way
	}
	s.cut = s.cut || errors.Is(err, pack.ErrCut)
	return err
}

// walk gets a commit from the top, each level of trees by what the one before
// refers to.
type walk struct {
	*Source

	x     exchange
	tip   plumbing.Hash
	asked map[plumbing.Hash]bool // and answered without it
	// guessed: what nearly all fleets need was asked for, too.
	guessed map[plumbing.Hash]bool
}

// run asks for what is missing until nothing is.
func (w *walk) run(ctx context.Context) (*closure, error) {
	for {
		c, missing, err := w.readClosure(w.tip)
		if err != nil || c != nil {
			return c, err
		}
		if w.rung >= whole {
			if w.x.remembered {
				return nil, errDoubt // the server may do better by now
			}
			return w.takeWhole(ctx, w.x, w.tip)
		}
		if err := w.ask(ctx, missing); err != nil {
			return nil, err
		}
	}
}

// ask gets one level.
func (w *walk) ask(ctx context.Context, missing []want) error {
	if slices.ContainsFunc(missing, func(m want) bool { return w.asked[m.id] }) {
		return fmt.Errorf("%w: the server does not hand out %s %s", errDamaged, missing[0].kind, missing[0].id)
	}
	q := w.request(missing)
	q.Wants = append(q.Wants, w.guess(q.Filter)...)
	err := w.take(ctx, w.x, q.Command())
	switch {
	case err == nil:
		for _, m := range missing {
			_, here := w.held.get(m.id)
			w.asked[m.id] = !here
		}
		return nil
	case w.doubtful(err, w.x):
		return err
	case w.demote(err, missing):
		return w.again()
	case errors.Is(err, pack.ErrTooLarge) && q.Filter == wire.Everything && !w.narrow:
		w.narrow = true
		return errAgain
	case errors.Is(err, pack.ErrTooLarge):
		return fmt.Errorf("%s: %w", paths(missing), err)
	case errors.Is(err, pack.ErrCut):
		w.narrow = true // what is asked for one by one is not asked for twice
	}
	return err
}

// again goes on in the same conversation where a refusal does not end it.
func (w *walk) again() error {
	if w.addr.scheme == schemeHTTP {
		return nil
	}
	return errAgain
}

// request asks for all that is missing. The folder of a kustomization is taken
// with all that lies in it, as nearly all of that is needed.
func (w *walk) request(missing []want) wire.Request {
	q := wire.Request{Filter: wire.Everything}
	for _, m := range missing {
		q.Wants = append(q.Wants, m.id)
		switch {
		case m.kind == plumbing.CommitObject:
			q.Tip, q.Filter = w.x.caps.Shallow, wire.NoTrees
		case m.kind == plumbing.TreeObject && (!m.whole || w.narrow):
			q.Filter = wire.NoTrees
		}
	}
	if w.rung == byFile && q.Filter == wire.NoTrees {
		q.Filter = wire.NoFiles
	}
	return q
}

// paths names what was asked for, for people.
func paths(missing []want) string {
	const some = 3
	var text string
	for i, m := range missing {
		if i == some {
			return text + " and more"
		}
		if i > 0 {
			text += ", "
		}
		text += m.path
	}
	return text
}

// arrived makes a closure the current one. It is written down if the site's part
// has changed: a commit to another lot costs no write.
func (s *Source) arrived(caps wire.Capabilities, c *closure) {
	s.cut, s.narrow = false, false
	s.learn(s.rung)
	if !s.advance(c) {
		return
	}
	m := memo{Remote: s.remote(), Caps: caps, Refused: s.refused, Current: c.commit.String()}
	if s.previous != nil {
		m.Previous = s.previous.commit.String()
	}
	if err := s.cache.save(m, s.held); err != nil {
		// The lot has what it needs, and a restart will cost a fetch.
		s.log.Warn("what was fetched cannot be kept on the disk", "error", err)
	}
}

// remote stands for the repository that the ways were found out of.
func (s *Source) remote() sync.Digest { return sync.DigestOf([]byte(s.cfg.URL)) }
