package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// foreignCommit changes another lot: Git is asked, and that is all.
func foreignCommit(ctx context.Context, s *stage) ([]Measure, error) {
	// What was pushed for the step before has nothing to do with this one.
	if _, err := s.agent.poll(ctx); err != nil {
		return nil, err
	}
	before, err := filesIn(s.agent.state, "git")
	if err != nil {
		return nil, err
	}
	commit, err := s.fleet.commit(ctx, "Another lot's note", edit{
		"sites/" + otherLot + "/site.yaml",
		func(old string) (string, error) { return old + "# The barrier was painted.\n", nil },
	})
	if err != nil {
		return nil, err
	}
	m, err := s.meter()
	if err != nil {
		return nil, err
	}
	out, err := s.agent.poll(ctx)
	if err != nil {
		return nil, err
	}
	spent := took("the pass took", now().Sub(m.at))
	if out.Tip.Commit != commit || out.Standing != sync.StandingInStep {
		return nil, fmt.Errorf("the agent is %s and has seen commit %s, Git has %s: %s", out.Standing, out.Tip.Commit.Short(), commit.Short(), out.Message)
	}
	up, down := s.traffic(m)
	r, err := s.requests(ctx, m)
	if err != nil {
		return nil, err
	}
	if r.all > 0 {
		return nil, fmt.Errorf("the audit log has %d requests of the agent", r.all)
	}
	after, err := filesIn(s.agent.state, "git")
	if err != nil {
		return nil, err
	}
	written := difference(before, after)
	if len(written) > 0 {
		return nil, fmt.Errorf("the agent has written %s", strings.Join(written, ", "))
	}
	s.say("the agent has seen commit %s, and neither asked the API server nor wrote to its state", commit.Short())
	return append([]Measure{spent, up, down, count("files of the state written", len(written))}, r.measures()...), nil
}
