package demo

import (
	"context"
	"fmt"
)

// firstSync starts the agent on an empty state directory.
func firstSync(ctx context.Context, s *stage) ([]Measure, error) {
	head, err := s.fleet.head(ctx)
	if err != nil {
		return nil, err
	}
	m, err := s.meter()
	if err != nil {
		return nil, err
	}
	if err := s.agent.start(ctx); err != nil {
		return nil, err
	}
	if err := s.good(ctx, head); err != nil {
		return nil, err
	}
	good := took("from start to good", now().Sub(m.at))
	up, down := s.traffic(m)
	refs, err := s.agent.bundle(ctx)
	if err != nil {
		return nil, err
	}
	// Every object that the lot claims to run is asked for.
	if _, err := s.api.versions(ctx, refs); err != nil {
		return nil, err
	}
	var t thing
	if err := s.api.read(ctx, "/api/v1/namespaces/"+namespace+"/configmaps/lot", &t); err != nil {
		return nil, err
	}
	if got, want := t.Data["TARIFF"], tariffText(s.tariff); got != want || t.Data["SITE"] != lot {
		return nil, fmt.Errorf("the lot's ConfigMap says tariff %q of %q, Git says %q of %q", got, t.Data["SITE"], want, lot)
	}
	r, err := s.requests(ctx, m)
	if err != nil {
		return nil, err
	}
	s.say("the lot %s runs %d objects of commit %s", lot, len(refs), head.Short())
	return append([]Measure{good, count("objects", len(refs)), up, down}, r.measures()...), nil
}
