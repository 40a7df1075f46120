package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
	"github.com/lotsync/lotsync/sync/apply/health"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// pollEvery is how often something is asked for that takes a moment.
const pollEvery = 100 * time.Millisecond

// until polls done until it says so, or limit is over.
func until(ctx context.Context, limit time.Duration, done func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if ok, err := done(ctx); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return unavailable(ctx.Err())
		case <-tick.C:
		}
	}
}

// awaitCRDs waits until the server serves the kinds that a stage brought.
func (s *sending) awaitCRDs(ctx context.Context, stage []object.Object) error {
	for _, o := range stage {
		if !isCRD(o.Ref) {
			continue
		}
		err := until(ctx, s.cfg.Ready, func(ctx context.Context) (bool, error) { return s.served(ctx, o) })
		var refusal *clashError
		switch {
		case errors.As(err, &refusal):
			return s.takeBack(ctx, []sync.Refusal{{Ref: o.Ref, Message: refusal.Error()}})
		case err != nil:
			return fmt.Errorf("%s is not served after %s: %w", o.Ref, s.cfg.Ready, err)
		}
	}
	return nil
}

// clashError: the names of a CustomResourceDefinition are taken.
type clashError struct{ message string }

func (e *clashError) Error() string { return e.message }

// served reports whether a CustomResourceDefinition is established and each of
// its versions answers: the one comes a moment before the other.
func (s *sending) served(ctx context.Context, o object.Object) (bool, error) {
	live, err := s.get(ctx, s.resources[o.Ref], o.Ref)
	if err != nil || live == nil {
		return false, err
	}
	status, message := health.Condition(live, "NamesAccepted")
	if status == "False" {
		return false, &clashError{message: message + ": give the kind other names"}
	}
	if established, _ := health.Condition(live, "Established"); established != "True" {
		return false, nil
	}
	for _, r := range discovery.OfCRD(live) {
		_, err := s.conn.objects.Resource(r.GroupVersionResource).List(ctx, metav1.ListOptions{Limit: 1})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		if err != nil && !apierrors.IsForbidden(err) {
			return false, unavailable(err)
		}
	}
	return true, nil
}

// arrives waits for a kind whose definition is there while the server does not
// serve it yet: a crash, or somebody else, made it a moment ago. It reports
// false for one that is gone.
func (p *pass) arrives(ctx context.Context, at place) bool {
	crds, ok := p.catalog.FindAny(schema.GroupVersionKind{Group: object.GroupCRD, Kind: object.KindCRD})
	if !ok {
		return false
	}
	crd, err := p.get(ctx, crds, sync.Ref{Group: object.GroupCRD, Kind: object.KindCRD, Name: at.GroupResource().String()})
	if err != nil || crd == nil || crd.GetDeletionTimestamp() != nil {
		return false
	}
	err = until(ctx, p.cfg.Ready, func(ctx context.Context) (bool, error) {
		_, err := p.conn.resource(at.Resource, at.namespace).List(ctx, metav1.ListOptions{Limit: 1})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return true, err
	})
	return err == nil
}
