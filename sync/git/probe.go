package git

import (
	"context"
	"fmt"

	"github.com/lotsync/lotsync/sync"
)

// Probe asks the remote where the ref is, as a poll does, and transfers nothing.
// It fails as Fetch does.
func (s *Source) Probe(ctx context.Context) (sync.Commit, error) {
	red := NewRedactor()
	commit, err := s.probe(ctx, red)
	if err != nil {
		return "", red.Error(fmt.Errorf("ask %s for %s: %w", s.cfg.URL, s.cfg.Ref, err))
	}
	return commit, nil
}

func (s *Source) probe(ctx context.Context, red *Redactor) (sync.Commit, error) {
	ctx, _, cancel := withPatience(ctx, s.cfg.Timeout, s.cfg.Transfer)
	defer cancel()
	who, err := s.cfg.readLogin(s.addr, red)
	if err != nil {
		return "", s.explain(err, who)
	}
	talk, err := s.connect(ctx, who, red)
	if err != nil {
		return "", s.explain(causeOf(ctx, err), who)
	}
	defer talk.Close()
	adv, err := s.ask(ctx, talk)
	if err != nil {
		return "", s.explain(causeOf(ctx, err), who)
	}
	return sync.Commit(adv.commit.String()), nil
}
