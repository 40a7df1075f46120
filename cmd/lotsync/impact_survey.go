package main

import (
	"context"
	"errors"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// surveys is a surveyor that keeps what it builds in one store, so that a side
// that was surveyed before is not built again.
type surveys struct {
	app   *app
	root  string
	flags surveyFlags
	store *survey.Store
}

func (s *surveys) commit(ctx context.Context, commit string) ([]survey.Lot, error) {
	tree, err := survey.OpenCommit(ctx, s.root, commit)
	if err != nil {
		return nil, err
	}
	return s.lots(ctx, tree)
}

func (s *surveys) worktree(ctx context.Context) ([]survey.Lot, error) {
	tree, err := s.app.openCheckout(s.root, s.flags)
	if err != nil {
		return nil, err
	}
	return s.lots(ctx, tree)
}

// lots surveys a tree to the end, just as validate does: what either has built is
// there for the other.
func (s *surveys) lots(ctx context.Context, tree *survey.Tree) (lots []survey.Lot, err error) {
	defer func() { err = errors.Join(err, tree.Close()) }()
	result, err := s.app.survey(ctx, tree, s.flags, func(o *survey.Options) { o.Store, o.Contents = s.store, true })
	if err != nil {
		return nil, err
	}
	return result.Lots, nil
}

func (s *surveys) content(digest sync.Digest) (edge.Object, error) { return s.store.Content(digest) }
