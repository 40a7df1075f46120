package service

import (
	"context"

	"github.com/lotsync/lotsync/sync"
)

// agent is an agent that answers what it is told to.
type agent struct {
	status  sync.Status
	request func(ctx context.Context, ask sync.Ask) (sync.Outcome, error)
	settled func(ctx context.Context, ask sync.Ask) (sync.Outcome, error)
}

func (a *agent) Status() sync.Status { return a.status }

func (a *agent) Request(ctx context.Context, ask sync.Ask) (sync.Outcome, error) {
	return a.request(ctx, ask)
}

func (a *agent) RequestSettled(ctx context.Context, ask sync.Ask) (sync.Outcome, error) {
	return a.settled(ctx, ask)
}
