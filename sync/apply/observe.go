package apply

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/health"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// podsRead bounds the pods that are read of an ailing workload.
const podsRead = 20

// Observe looks at the bundle's objects with nothing but reading requests. An
// object has drifted when Apply would send it. A right that is missing for
// reading is an error that names it.
func (c *Cluster) Observe(ctx context.Context, bundle sync.Bundle) (sync.Live, error) {
	p, err := c.open(ctx, bundle)
	if err != nil {
		return sync.Live{}, err
	}
	if err := p.look(ctx); err != nil {
		return sync.Live{}, err
	}
	if err := p.denials(); err != nil {
		return sync.Live{}, err
	}
	statuses := make([]sync.ObjectStatus, len(p.objects))
	err = each(ctx, p.cfg.Parallel, p.objects, func(ctx context.Context, i int, o object.Object) error {
		var err error
		statuses[i], err = p.status(ctx, o)
		return err
	})
	return sync.Live{Objects: statuses}, err
}

// status judges one object.
func (p *pass) status(ctx context.Context, o object.Object) (sync.ObjectStatus, error) {
	out := sync.ObjectStatus{Ref: o.Ref, Health: sync.Missing, Drifted: true, Message: p.unfit[o.Ref]}
	live := p.live[o.Ref]
	if live == nil {
		return out, nil
	}
	if words := p.foreign(o); words != "" {
		out.Health, out.Message = sync.Unhealthy, words
		return out, nil
	}
	out.Drifted = plan.NeedOf(o, live, p.stored.Find(o.Ref)) != plan.InStep
	verdict, err := p.judge(ctx, live)
	out.Health, out.Message = verdict.Health, verdict.Message
	return out, err
}

// judge adds to what an object says of itself what its storage class or its pods
// have to say.
func (p *pass) judge(ctx context.Context, live *unstructured.Unstructured) (health.Verdict, error) {
	if class, waits := health.Waits(live); waits && live.GetDeletionTimestamp() == nil {
		found, err := p.storageClass(ctx, class)
		return health.OfWaiting(found), err
	}
	verdict := health.Of(live)
	selector := health.Selector(live)
	if verdict.Health == sync.Healthy || selector == "" {
		return verdict, nil
	}
	words, err := p.complaint(ctx, live.GetNamespace(), selector)
	if words != "" {
		verdict.Message = fmt.Sprintf("%s: %s", verdict.Message, words)
	}
	return verdict, err
}

// storageClass gives nil for one that is not there or may not be read.
func (p *pass) storageClass(ctx context.Context, name string) (*unstructured.Unstructured, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // a claim without a class has none to judge it by
	}
	classes := p.conn.objects.Resource(schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"})
	class, err := classes.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return nil, nil //nolint:nilnil // as above
	}
	return class, unavailable(err)
}

// complaint asks an ailing workload's pods what is wrong. Without the right to
// read pods the workload speaks for itself.
func (p *pass) complaint(ctx context.Context, namespace, selector string) (string, error) {
	pods, err := p.conn.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace(namespace).
		List(ctx, metav1.ListOptions{LabelSelector: selector, Limit: podsRead})
	if apierrors.IsForbidden(err) {
		return "", nil
	}
	if err != nil {
		return "", unavailable(err)
	}
	return health.Complaint(pods.Items), nil
}
