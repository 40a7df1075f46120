package demo

import (
	"context"
	"errors"
	"time"
)

// The limits of an agent on a node with 1 GB, in bytes: both processes at their
// peaks, the render alone, and the agent when nothing happens.
const (
	maxPeak   = 56e6
	maxRender = 32e6
	maxIdle   = 30e6
)

// idleFor is how long the agent has had nothing to do when its memory is read.
const idleFor = 3 * time.Second

// account shows the lot's own account, and reads the kernel's.
func account(ctx context.Context, s *stage) ([]Measure, error) {
	for _, verb := range []string{"status", "history"} {
		shown, err := s.agent.verb(ctx, verb)
		if err != nil {
			return nil, err
		}
		s.say("$ lotsync %s\n%s", verb, shown)
	}
	if err := s.driftEvery(ctx, quickDrift, usualDrift); err != nil {
		return nil, err
	}
	timer := time.NewTimer(idleFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	peak, resident, err := memoryOf(s.agent.pid())
	if err != nil {
		return nil, err
	}
	if s.renderPeak == 0 {
		return nil, errors.New("the agent has not said how much memory its renders took")
	}
	return []Measure{
		size("agent, peak (VmHWM)", peak),
		size("render child, peak (VmHWM)", s.renderPeak).below(maxRender),
		size("both together", peak+s.renderPeak).below(maxPeak),
		size("agent, idle (VmRSS)", resident).below(maxIdle),
	}, nil
}
