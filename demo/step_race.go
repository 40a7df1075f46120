package demo

import (
	"context"
	"fmt"
	"time"
)

// raceRounds is odd, so that there is a median.
const raceRounds = 5

// lane is one contestant's times.
type lane struct{ wall, cpu []time.Duration }

func (l *lane) add(w way) { l.wall, l.cpu = append(l.wall, w.wall), append(l.cpu, w.cpu) }

// race measures both ways in turn, the first of a round changing from round to
// round, and each on a machine that has come to rest.
func race(ctx context.Context, s *stage) ([]Measure, error) {
	t, err := s.newTwin(ctx)
	if err != nil {
		return nil, err
	}
	if t == nil {
		s.say("not shown here: there is no kubectl on this machine")
		return nil, errNotShown
	}
	s.say("against the %s", t.what)
	if t.start > 0 {
		s.say("that binary's bare start, %s and %s of CPU, is taken off kubectl's times", round(t.start), round(t.startCPU))
	}
	var ours, theirs lane
	for i := range raceRounds {
		turns := []func() error{
			func() error { return s.ourTurn(ctx, &ours) },
			func() error { return s.theirTurn(ctx, t, &theirs) },
		}
		if i%2 == 1 {
			turns[0], turns[1] = turns[1], turns[0]
		}
		for _, turn := range turns {
			if err := turn(); err != nil {
				return nil, err
			}
		}
		s.say("round %d: lotsync %s, CPU %s; kubectl %s, CPU %s", i+1,
			round(ours.wall[i]), round(ours.cpu[i]), round(theirs.wall[i]), round(theirs.cpu[i]))
	}
	theirWall, theirCPU := median(theirs.wall), median(theirs.cpu)
	return []Measure{
		took("lotsync, git push to API (median)", median(ours.wall)).below(theirWall.Seconds()),
		took("kubectl, git push to API (median)", theirWall),
		took("lotsync, CPU (median)", median(ours.cpu)).below(theirCPU.Seconds()),
		took("kubectl, CPU (median)", theirCPU),
	}, nil
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

func (s *stage) ourTurn(ctx context.Context, l *lane) error {
	w, err := s.bringTariff(ctx)
	if err != nil {
		return fmt.Errorf("lotsync: %w", err)
	}
	l.add(w)
	return s.good(ctx, w.commit)
}

func (s *stage) theirTurn(ctx context.Context, t *twin, l *lane) error {
	w, err := t.bring(ctx, s, fmt.Sprintf("9.%02d", len(l.wall)))
	if err != nil {
		return fmt.Errorf("kubectl: %w", err)
	}
	l.add(w)
	return s.twinReady(ctx)
}
