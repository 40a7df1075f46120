package demo

import (
	"context"
	"fmt"

	"github.com/lotsync/lotsync/sync"
)

// removal takes the cameras out of the lot's folder.
func removal(ctx context.Context, s *stage) ([]Measure, error) {
	const camera = "/apis/apps/v1/namespaces/" + namespace + "/deployments/camera"
	before, err := s.agent.bundle(ctx)
	if err != nil {
		return nil, err
	}
	commit, err := s.fleet.commit(ctx, "No more cameras", replace("sites/"+lot+"/kustomization.yaml", "  - ../../../components/camera\n", ""))
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
	// While the new bundle is being judged, what it left out still runs.
	if out.Standing != sync.StandingSettling {
		return nil, fmt.Errorf("the agent is %s (%s) right after the change: %s", out.Standing, out.Reason, out.Message)
	}
	if err := s.api.read(ctx, camera, new(thing)); err != nil {
		return nil, fmt.Errorf("while the new bundle was being judged: %w", err)
	}
	s.say("the new bundle is being judged, the camera still runs")
	if err := s.good(ctx, commit); err != nil {
		return nil, err
	}
	pruned := took("from git push to pruned", now().Sub(m.at))
	after, err := s.agent.bundle(ctx)
	if err != nil {
		return nil, err
	}
	gone := missing(before, after)
	for _, r := range gone {
		path, err := s.api.path(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := s.api.read(ctx, path, new(thing)); !notFound(err) {
			return nil, fmt.Errorf("%s should be gone: %w", r, err)
		}
		s.say("%s is gone", r)
	}
	if _, err := s.api.versions(ctx, after); err != nil {
		return nil, fmt.Errorf("something else is missing: %w", err)
	}
	return []Measure{pruned, count("objects pruned", len(gone)), count("objects left", len(after))}, nil
}

// missing lists what is in before and not in after.
func missing(before, after []ref) []ref {
	left := map[ref]bool{}
	for _, r := range after {
		left[r] = true
	}
	var out []ref
	for _, r := range before {
		if !left[r] {
			out = append(out, r)
		}
	}
	return out
}
