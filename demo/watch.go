package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// thing is as much of an object as the story looks at.
type thing struct {
	Kind     string
	Metadata struct {
		Name, Namespace, UID, ResourceVersion string
		Generation                            int64
	}
	Data map[string]string
	Spec struct {
		Replicas int
		Template struct {
			Metadata struct{ Annotations map[string]string }
		}
	}
	Status struct {
		ObservedGeneration                           int64
		Replicas, UpdatedReplicas, AvailableReplicas int
	}
}

// rolledOut says that a Deployment's newest form is what runs, all of it.
func (t thing) rolledOut() bool {
	s := t.Status
	return s.ObservedGeneration == t.Metadata.Generation &&
		s.UpdatedReplicas == t.Spec.Replicas && s.Replicas == t.Spec.Replicas && s.AvailableReplicas == t.Spec.Replicas
}

// arrival waits for an object to look as wanted, by a watch: it costs the
// machine nothing while something else is measured.
type arrival struct {
	path   string // of the collection
	name   string
	wanted func(thing) bool
}

// tariffIn is a tariff's arrival where a workload sees it: in the lot's
// ConfigMap and in the payment terminal's pods.
func tariffIn(namespace, tariff string) []arrival {
	return []arrival{
		{"/api/v1/namespaces/" + namespace + "/configmaps", "lot", func(t thing) bool { return t.Data["TARIFF"] == tariff }},
		{"/apis/apps/v1/namespaces/" + namespace + "/deployments", "payment-terminal", func(t thing) bool {
			return t.Spec.Template.Metadata.Annotations["parkco.example/tariff"] == tariff
		}},
	}
}

// seen is when the last of the awaited things was seen.
type seen struct {
	at  time.Time
	err error
}

// watch begins to wait for all of them and returns when the API server is
// watching; the answer comes later.
func (a *api) watch(ctx context.Context, limit time.Duration, all []arrival) (<-chan seen, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	parts := make(chan seen, len(all))
	for _, one := range all {
		resp, err := a.send(ctx, http.MethodGet, one.path+"?watch=1&fieldSelector=metadata.name%3D"+one.name, nil) //nolint:bodyclose // who follows it closes it
		if err != nil {
			cancel()
			return nil, err
		}
		go func() {
			defer resp.Body.Close()
			parts <- seen{err: one.follow(resp.Body), at: now()}
		}()
	}
	out := make(chan seen, 1)
	go func() {
		defer cancel()
		var last seen
		for range all {
			part := <-parts
			last.err = errors.Join(last.err, part.err)
			if part.at.After(last.at) {
				last.at = part.at
			}
		}
		out <- last
	}()
	return out, nil
}

// follow reads events until one is as wanted.
func (w arrival) follow(events io.Reader) error {
	for dec := json.NewDecoder(events); ; {
		var event struct{ Object thing }
		if err := dec.Decode(&event); err != nil {
			return fmt.Errorf("the change was not seen in %s %s: %w", strings.TrimPrefix(w.path, "/"), w.name, err)
		}
		if w.wanted(event.Object) {
			return nil
		}
	}
}
