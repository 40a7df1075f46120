package apply

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// pruning is a prune under way.
type pruning struct {
	*pass

	forget []sync.Ref
	report sync.Report
	failed []error
}

// Prune deletes what the inventory has and the bundle has not, last come first
// gone. What could not be deleted, or takes its time, stays in the inventory and
// is met again by the next call.
func (c *Cluster) Prune(ctx context.Context, bundle sync.Bundle) (sync.Report, error) {
	p, err := c.open(ctx, bundle)
	if err != nil {
		return sync.Report{}, err
	}
	r := &pruning{pass: p}
	broke := r.all(ctx, plan.Leaving(p.stored, p.objects))
	// What is deleted is deleted, however the pass went on.
	if err := p.saveInventory(ctx, p.stored.Without(r.forget...)); err != nil && broke == nil {
		broke = err
	}
	if broke != nil {
		return r.report, broke
	}
	if len(r.failed) > 0 {
		return r.report, fmt.Errorf("%d objects that left Git could not be deleted: %w", len(r.failed), errors.Join(r.failed...))
	}
	return r.report, nil
}

// all goes on after an object that cannot be deleted, and stops when the API is
// not to be had.
func (r *pruning) all(ctx context.Context, leaving []inventory.Entry) error {
	for _, e := range leaving {
		if err := r.one(ctx, e); err != nil {
			words, ok := refused(err)
			if apierrors.IsConflict(err) {
				words, ok = "it was made anew at this moment", true
			}
			if !ok {
				return unavailable(err)
			}
			r.failed = append(r.failed, fmt.Errorf("%s: %s", e.Ref, words))
		}
	}
	return nil
}

func (r *pruning) one(ctx context.Context, e inventory.Entry) error {
	resource, served, err := r.findAny(ctx, e)
	if err != nil {
		return err
	}
	if !served {
		r.keep(e, "the API server no longer has its kind; it stays in the inventory")
		return nil
	}
	live, err := r.get(ctx, resource, e.Ref)
	if err != nil {
		return err
	}
	fate := plan.FateOf(e, live, r.site, r.cfg.Namespace)
	if fate.Forget {
		r.forget = append(r.forget, e.Ref)
	}
	if fate.Forget && live != nil {
		r.keep(e, fate.Note)
	}
	if !fate.Delete {
		return nil
	}
	if note, err := r.inUse(ctx, e); err != nil || note != "" {
		r.keep(e, note)
		return err
	}
	gone, err := r.remove(ctx, resource, e.Ref, string(live.GetUID()))
	if err != nil {
		return err
	}
	if gone {
		r.forget = append(r.forget, e.Ref)
	}
	r.report.Changes = append(r.report.Changes, sync.Change{Ref: e.Ref, Action: sync.Deleted})
	return nil
}

func (r *pruning) keep(e inventory.Entry, note string) {
	if note != "" {
		r.report.Changes = append(r.report.Changes, sync.Change{Ref: e.Ref, Action: sync.Kept, Note: note})
	}
}

// findAny finds an entry's resource, in whichever version the server has it.
func (r *pruning) findAny(ctx context.Context, e inventory.Entry) (discovery.Resource, bool, error) {
	kind := plan.Kind(e)
	if _, _, err := r.find(ctx, kind); err != nil { // reads the kinds anew if need be
		return discovery.Resource{}, false, err
	}
	found, ok := r.kinds.FindAny(kind)
	return found, ok, nil
}

// inUse says why a namespace must stay: other lots have something in it.
func (r *pruning) inUse(ctx context.Context, e inventory.Entry) (string, error) {
	if plan.GroupKind(e.Ref) != plan.GroupKind(sync.Ref{Kind: object.KindNamespace}) {
		return "", nil
	}
	others := metav1.ListOptions{LabelSelector: object.SiteLabel + "," + object.SiteLabel + "!=" + r.site, Limit: 1}
	for _, kind := range r.kinds.Namespaced() {
		list, err := r.conn.resource(kind, e.Name).List(ctx, others)
		if _, denied := refused(err); denied {
			continue
		}
		if err != nil {
			return "", unavailable(err)
		}
		if len(list.Items) > 0 {
			first := &list.Items[0]
			return fmt.Sprintf("%s of site %s is in it; it stays in the inventory", object.RefOf(first), first.GetLabels()[object.SiteLabel]), nil
		}
	}
	return "", nil
}
