package git

import (
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
)

// Probe asks the remote where the ref is, as a poll does, and transfers nothing.
// It fails as Fetch does.
func (s *Source) Probe(ctx context.Context) (sync.Commit, error) {
	red := NewRedactor()
	var commit plumbing.Hash
	err := s.converse(ctx, red, func(ctx context.Context, x exchange) (err error) {
		if x.caps.Version < 2 {
			adv, err := readAdvert(x.list, s.cfg.Ref)
			commit = adv.commit
			return err
		}
		commit, err = s.tip(ctx, x)
		return err
	})
	if err != nil {
		return "", red.Error(fmt.Errorf("ask %s for %s: %w", s.cfg.URL, s.cfg.Ref, err))
	}
	return sync.Commit(commit.String()), nil
}
