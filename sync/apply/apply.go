package apply

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// sending is an apply under way.
type sending struct {
	*pass

	// due are the objects to send, in the bundle's order.
	due []object.Object
	// before is the inventory when the apply began, after as it shall be.
	before, after inventory.Inventory
	// contested maps an object to those of ours that hold a port which it asks for.
	contested map[sync.Ref][]sync.Ref
	// stubborn objects were changed by hand in a way that an apply cannot undo.
	stubborn map[sync.Ref]bool
	// created are the objects that this apply made, in order.
	created []inventory.Entry
	report  sync.Report
}

// Apply brings the bundle's objects into the cluster. What a crash at each step
// leaves behind, the next call takes up: what was not recorded as applied is
// sent again, and sending twice changes nothing.
func (c *Cluster) Apply(ctx context.Context, bundle sync.Bundle, before func() error) (sync.Report, error) {
	p, err := c.open(ctx, bundle)
	if err != nil {
		return sync.Report{}, err
	}
	if err := p.look(ctx); err != nil {
		return sync.Report{}, err
	}
	s := p.compare()
	if err := s.findContests(ctx); err != nil {
		return sync.Report{}, err
	}
	// The whole set is tried first: one refusal, and nothing is changed.
	if err := s.tryAll(ctx); err != nil {
		return sync.Report{}, err
	}
	if len(s.due) == 0 && s.after.Equal(s.stored) {
		return s.report, nil
	}
	if before != nil {
		if err := before(); err != nil {
			return sync.Report{}, err
		}
	}
	// From here on the inventory names everything that may be in the cluster.
	if err := s.saveInventory(ctx, s.after); err != nil {
		return sync.Report{}, err
	}
	// What leaves Git and holds a port that is needed now goes first.
	if err := s.release(ctx); err != nil {
		return s.report, err
	}
	if err := s.send(ctx); err != nil {
		return s.report, err
	}
	// Without this write the objects would be sent once more, to no effect.
	return s.report, s.saveInventory(ctx, s.after)
}

// compare finds what is due, and the inventory that is to be there before it is
// sent.
func (p *pass) compare() *sending {
	s := &sending{pass: p, before: p.stored, contested: map[sync.Ref][]sync.Ref{}, stubborn: map[sync.Ref]bool{}}
	s.after = p.stored.With(plan.Strays(p.strangers(), p.stored)...)
	for _, o := range p.objects {
		entry := p.stored.Find(o.Ref)
		if plan.NeedOf(o, p.live[o.Ref], entry) == plan.InStep {
			s.report.Unchanged++
			continue
		}
		s.due = append(s.due, o)
		s.after = s.after.With(plan.Intent(o, entry))
	}
	return s
}

// strangers are the site's live objects that are not in the bundle, in a steady
// order.
func (p *pass) strangers() []*unstructured.Unstructured {
	return sortedByRef(p.others)
}
