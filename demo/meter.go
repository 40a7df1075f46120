package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lotsync/lotsync/test/cluster"
)

// meter is a moment from which bytes and requests are counted.
type meter struct {
	at       time.Time
	up, down int64
	audit    cluster.AuditMark
}

func (s *stage) meter() (m meter, err error) {
	m.up, m.down = s.git.Traffic()
	if s.plane != nil {
		m.audit, err = s.plane.Mark()
	}
	m.at = now()
	return m, err
}

// traffic is what went to and from Git since m.
func (s *stage) traffic(m meter) (up, down Measure) {
	u, d := s.git.Traffic()
	return size("to Git", u-m.up), size("from Git", d-m.down)
}

// requests is what the agent asked of the API server since m, by the server's
// own audit log. A cluster of one's own has none to look into.
type requests struct {
	known  bool
	all    int
	writes []string // what was asked to be changed: "patch configmaps parking/lot"
}

func (s *stage) requests(ctx context.Context, m meter) (requests, error) {
	if s.plane == nil {
		return requests{}, nil
	}
	events, err := s.plane.AuditSince(ctx, m.audit)
	if err != nil {
		return requests{}, err
	}
	return countRequests(events), nil
}

// countRequests leaves out what others than the agent have asked.
func countRequests(events []cluster.AuditEvent) requests {
	r := requests{known: true}
	for _, e := range events {
		if !strings.HasPrefix(e.UserAgent, "lotsync/") {
			continue
		}
		r.all++
		if e.Writes() {
			r.writes = append(r.writes, fmt.Sprintf("%s %s %s", e.Verb, e.Resource, strings.TrimPrefix(e.Namespace+"/"+e.Name, "/")))
		}
	}
	return r
}

// measures are the two counts, where there are any.
func (r requests) measures() []Measure {
	if !r.known {
		return nil
	}
	return []Measure{count("requests to the API", r.all), count("of them writes", len(r.writes))}
}
