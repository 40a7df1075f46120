package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// badObjects is the file that the bad commit brings: a quantity that is none, a
// field that does not exist, a kind that nobody has.
const badObjects = `apiVersion: v1
kind: Service
metadata:
  name: bad-port
spec:
  selector:
    app.kubernetes.io/name: front
  ports:
    - name: http
      port: 99999
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: bad-field
dta:
  TARIFF: "1.00"
---
apiVersion: parkco.example/v1
kind: Barrier
metadata:
  name: bad-kind
`

// badCommit pushes three mistakes and takes them back.
func badCommit(ctx context.Context, s *stage) ([]Measure, error) {
	before, err := s.everything(ctx)
	if err != nil {
		return nil, err
	}
	list := "sites/" + lot + "/kustomization.yaml"
	if _, err := s.fleet.commit(ctx, "Three mistakes", write("sites/"+lot+"/bad.yaml", badObjects),
		replace(list, "  - ../../../regions/nl\n", "  - ../../../regions/nl\n  - bad.yaml\n")); err != nil {
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
	refused := took("from git push to the refusal", now().Sub(m.at))
	found, err := refusals(out)
	if err != nil {
		return nil, err
	}
	s.say("the agent says:\n%s", out.Message)
	r, err := s.requests(ctx, m)
	if err != nil {
		return nil, err
	}
	if len(r.writes) > 0 {
		return nil, fmt.Errorf("the audit log has writes: %s", strings.Join(r.writes, ", "))
	}
	commit, err := s.fleet.revert(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.agent.poll(ctx); err != nil {
		return nil, err
	}
	if err := s.good(ctx, commit); err != nil {
		return nil, err
	}
	after, err := s.everything(ctx)
	if err != nil {
		return nil, err
	}
	touched := difference(before, after)
	if len(touched) > 0 {
		return nil, fmt.Errorf("touched: %s", strings.Join(touched, ", "))
	}
	return append([]Measure{refused, count("refusals reported at once", found), count("objects and bundles touched", len(touched))}, r.measures()...), nil
}

// refusals counts which of the three mistakes the agent names.
func refusals(out sync.Outcome) (found int, err error) {
	if out.Standing != sync.StandingFailed {
		return 0, fmt.Errorf("the agent is %s (%s), and should have refused the commit", out.Standing, out.Reason)
	}
	for _, name := range []string{"bad-port", "bad-field", "bad-kind"} {
		if !strings.Contains(out.Message, name) {
			return found, fmt.Errorf("the agent does not name %s: %s", name, out.Message)
		}
		found++
	}
	return found, nil
}

// everything is what a refused commit must not touch: the lot's objects, its
// inventory, and its bundles on disk.
func (s *stage) everything(ctx context.Context) (map[string]string, error) {
	refs, err := s.agent.bundle(ctx)
	if err != nil {
		return nil, err
	}
	inventory := ref{APIVersion: "v1", Kind: "ConfigMap"}
	inventory.Metadata.Name, inventory.Metadata.Namespace = "lotsync-inventory-"+label, ownNamespace
	out, err := s.api.versions(ctx, append(refs, inventory))
	if err != nil {
		return nil, err
	}
	st, err := s.agent.client.Status(ctx)
	if err != nil {
		return nil, err
	}
	out["the bundle in place"] = string(st.State.Current.Digest)
	out["the last good bundle"] = string(st.State.Good.Digest)
	return out, nil
}
