package apply

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
)

// remove deletes the object of that UID, what it owns in the background, and
// reports whether it is gone already: finalizers and what is in a namespace
// take their time.
func (p *pass) remove(ctx context.Context, r discovery.Resource, ref sync.Ref, uid string) (gone bool, err error) {
	background, id := metav1.DeletePropagationBackground, types.UID(uid)
	err = p.conn.resource(r, ref.Namespace).Delete(ctx, ref.Name, metav1.DeleteOptions{
		PropagationPolicy: &background,
		Preconditions:     &metav1.Preconditions{UID: &id},
	})
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if isCRD(ref) {
		p.forget()
	}
	left, err := p.get(ctx, r, ref)
	if err != nil {
		return false, err
	}
	return left == nil || string(left.GetUID()) != uid, nil
}
