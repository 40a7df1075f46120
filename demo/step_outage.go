package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// How often the lot looks for drift, as the sample fleet has it and while it is
// being damaged.
const (
	usualDrift = "10m"
	quickDrift = "10s"
)

// gitOutage cuts Git off, damages the lot by hand, and lets a commit wait.
func gitOutage(ctx context.Context, s *stage) ([]Measure, error) {
	// A demo has no ten minutes.
	if err := s.driftEvery(ctx, usualDrift, quickDrift); err != nil {
		return nil, err
	}
	if err := s.git.Stop(); err != nil {
		return nil, err
	}
	if _, err := s.agent.poll(ctx); err != nil {
		return nil, err
	}
	repaired, err := s.damage(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.rolledOut(ctx, namespace); err != nil {
		return nil, err
	}
	shown, err := s.agent.verb(ctx, "status")
	if !strings.Contains(shown, "out of reach") {
		return nil, errors.Join(fmt.Errorf("`lotsync status` does not say that Git is out of reach:\n%s", shown), err)
	}
	s.say("`lotsync status` says: %s", lineWith(shown, "out of reach"))
	text, e := s.newTariff()
	commit, err := s.fleet.commit(ctx, "Tariff "+text, e)
	if err != nil {
		return nil, err
	}
	if err := s.git.Start(ctx); err != nil {
		return nil, err
	}
	arrived, err := s.arrives(ctx, text, commit)
	return []Measure{repaired, took("the commit made meanwhile in place, after Git was back", arrived)}, err
}

// driftEvery changes the drift interval by a commit.
func (s *stage) driftEvery(ctx context.Context, old, interval string) error {
	commit, err := s.fleet.commit(ctx, "Look for drift every "+interval, replace("sites/fleet.yaml", "drift: "+old, "drift: "+interval))
	if err != nil {
		return err
	}
	if _, err := s.agent.poll(ctx); err != nil {
		return err
	}
	return s.good(ctx, commit)
}

// damage deletes two objects by hand and waits until the lot has made them again.
func (s *stage) damage(ctx context.Context) (Measure, error) {
	paths := []string{
		"/api/v1/namespaces/" + namespace + "/configmaps/lot",
		"/apis/apps/v1/namespaces/" + namespace + "/deployments/gate-controller",
	}
	for _, path := range paths {
		if err := s.api.remove(ctx, path); err != nil {
			return Measure{}, err
		}
	}
	began := now()
	for _, path := range paths {
		err := await(ctx, s.patience, "the lot had made "+path+" again", func(ctx context.Context) (bool, error) {
			err := s.api.read(ctx, path, new(thing))
			if notFound(err) {
				return false, nil
			}
			return err == nil, err
		})
		if err != nil {
			return Measure{}, err
		}
	}
	s.say("a ConfigMap and the gate controller, deleted by hand, are there again")
	return took("without Git: two deleted objects back", now().Sub(began)), nil
}

// arrives waits for a tariff that nobody asks the agent for, and returns how
// long that took.
func (s *stage) arrives(ctx context.Context, tariff string, commit sync.Commit) (time.Duration, error) {
	began := now()
	changed, err := s.api.watch(ctx, s.patience, tariffIn(namespace, tariff))
	if err != nil {
		return 0, err
	}
	last := <-changed
	if last.err != nil {
		return 0, last.err
	}
	s.say("tariff %s, pushed meanwhile, has arrived by itself", tariff)
	return last.at.Sub(began), s.good(ctx, commit)
}

// apiOutage stops the API server, and lets the agent run into it with a commit.
func apiOutage(ctx context.Context, s *stage) ([]Measure, error) {
	if err := s.plane.StopAPI(); err != nil {
		return nil, err
	}
	gone := now()
	text, e := s.newTariff()
	commit, err := s.fleet.commit(ctx, "Tariff "+text, e)
	if err != nil {
		return nil, err
	}
	out, err := s.agent.poll(ctx)
	if err != nil {
		return nil, err
	}
	if out.Standing != sync.StandingHeld || out.APILostSince.IsZero() || out.Tip.Commit != commit {
		return nil, fmt.Errorf("without an API the agent is %s (%s) and has seen commit %s", out.Standing, out.Reason, out.Tip.Commit.Short())
	}
	s.say("the agent has seen commit %s and waits: %s", commit.Short(), out.Reason)
	if err := s.plane.StartAPI(ctx); err != nil {
		return nil, err
	}
	back := now()
	arrived, err := s.arrives(ctx, text, commit)
	return []Measure{
		took("the API was gone for", back.Sub(gone)),
		took("the commit in place, after it was back", arrived),
	}, err
}

// lineWith is the first line of text that has the words, without its spaces.
func lineWith(text, words string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return ""
}
