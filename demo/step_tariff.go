package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// way is one commit's way into the cluster.
type way struct {
	commit sync.Commit
	push   meter         // when git push returned
	wall   time.Duration // from then until the API server showed the change
	cpu    time.Duration // of the agent and the render, until all was sent
}

// bringTariff pushes a new tariff, has the agent ask Git at once, and waits
// until the API server shows the change.
func (s *stage) bringTariff(ctx context.Context) (w way, err error) {
	text, e := s.newTariff()
	changed, err := s.api.watch(ctx, s.patience, tariffIn(namespace, text))
	if err != nil {
		return w, err
	}
	if w.commit, err = s.fleet.commit(ctx, "Tariff "+text, e); err != nil {
		return w, err
	}
	before, err := s.cpu(ctx)
	if err != nil {
		return w, err
	}
	if w.push, err = s.meter(); err != nil {
		return w, err
	}
	if _, err = s.agent.poll(ctx); err != nil {
		return w, err
	}
	after, err := s.cpu(ctx)
	if err != nil {
		return w, err
	}
	last := <-changed
	w.wall, w.cpu = last.at.Sub(w.push.at), after-before
	return w, last.err
}

// cpu is what the agent and its renders have used so far.
func (s *stage) cpu(ctx context.Context) (time.Duration, error) {
	renders, err := s.agent.metric(ctx, "lotsync_render_cpu_seconds_total")
	if err != nil {
		return 0, err
	}
	own, err := cpuOf(s.agent.pid())
	return own + time.Duration(renders*float64(time.Second)), err
}

func changeTariff(ctx context.Context, s *stage) ([]Measure, error) {
	w, err := s.bringTariff(ctx)
	if err != nil {
		return nil, err
	}
	up, down := s.traffic(w.push)
	r, err := s.requests(ctx, w.push)
	if err != nil {
		return nil, err
	}
	if err := s.good(ctx, w.commit); err != nil {
		return nil, err
	}
	good := took("from git push to good", now().Sub(w.push.at))
	if err := onlySent(r, "deployments parking/payment-terminal", "configmaps parking/lot"); err != nil {
		return nil, err
	}
	s.say("the new tariff %s is in the ConfigMap, and in the payment terminal's pods", tariffText(s.tariff))
	return append([]Measure{took("from git push to the API", w.wall), good, up, down}, r.measures()...), nil
}

// onlySent fails if the agent has written anything but those objects and its
// inventory, or has not written one of them.
func onlySent(r requests, objects ...string) error {
	if !r.known {
		return nil
	}
	for _, want := range objects {
		if !slices.ContainsFunc(r.writes, func(w string) bool { return strings.HasSuffix(w, want) }) {
			return fmt.Errorf("the audit log has no write of %s", want)
		}
	}
	for _, w := range r.writes {
		expected := slices.ContainsFunc(objects, func(want string) bool { return strings.HasSuffix(w, want) })
		if !expected && !strings.Contains(w, "/lotsync-inventory-") {
			return fmt.Errorf("the audit log has a write that the commit does not explain: %s", w)
		}
	}
	return nil
}
