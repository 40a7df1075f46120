package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// transfer asks for the ref, fetches it if it is not known, and returns its
// commit.
func (s *Source) transfer(ctx context.Context, red *Redactor) (commit plumbing.Hash, err error) {
	err = s.converse(ctx, red, func(ctx context.Context, talk conversation, adv advert) error {
		commit = adv.commit
		if _, err := s.known(commit); !errors.Is(err, errMissing) {
			return err
		}
		return s.bring(ctx, talk, adv)
	})
	return commit, err
}

// converse asks the remote where the ref is, and does something with that.
func (s *Source) converse(ctx context.Context, red *Redactor, then func(context.Context, conversation, advert) error) error {
	who, err := s.cfg.readLogin(s.addr, red)
	if err != nil {
		return s.explain(err, who)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.Transfer, errSlow)
	defer cancel()
	ctx, patience, done := withPatience(ctx, s.cfg.Timeout)
	defer done()
	talk, err := s.connect(ctx, who, red)
	if err != nil {
		return s.explain(causeOf(ctx, err), who)
	}
	defer talk.Close()
	list, err := talk.refs(ctx)
	if err != nil {
		return s.explain(causeOf(ctx, err), who)
	}
	adv, err := readAdvert(list, s.cfg.Ref)
	if err != nil {
		return s.explain(causeOf(ctx, err), who)
	}
	err = then(ctx, &patient{talk, patience}, adv)
	return s.explain(causeOf(ctx, err), who)
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

// bring transfers what is new.
func (s *Source) bring(ctx context.Context, talk conversation, adv advert) error {
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
	pack, err := readPack(answer)
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
