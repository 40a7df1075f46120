package hollow

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// beatEvery is far below the 50 s after which the API server's side calls a
	// silent node unknown.
	beatEvery = 5 * time.Second
	// beatAgain is the pause after a beat that the API server did not take.
	beatAgain = 200 * time.Millisecond
	// leaseSeconds is a kubelet's own value.
	leaseSeconds = 40
)

// heartbeat keeps the node registered and ready until ctx ends.
func heartbeat(ctx context.Context, client kubernetes.Interface, node Node, logger *slog.Logger) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		pause := beatEvery
		if err := beat(ctx, client, node); err != nil {
			pause = beatAgain
			logger.WarnContext(ctx, "heartbeat", "err", err)
		}
		timer.Reset(pause)
	}
}

// beat registers the node where it is unknown, says so where it is not held for
// ready (as after an outage), and renews its lease.
func beat(ctx context.Context, client kubernetes.Interface, node Node) error {
	now := metav1.Now()
	live, err := client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		live, err = client.CoreV1().Nodes().Create(ctx, node.object(now), metav1.CreateOptions{})
	}
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if !ready(live) {
		live.Status = node.status(now)
		if _, err := client.CoreV1().Nodes().UpdateStatus(ctx, live, metav1.UpdateOptions{}); err != nil {
			return fmt.Errorf("report ready: %w", err)
		}
	}
	return renew(ctx, client, live)
}

func renew(ctx context.Context, client kubernetes.Interface, node *corev1.Node) error {
	leases := client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	now, seconds := metav1.NowMicro(), int32(leaseSeconds)
	lease, err := leases.Get(ctx, node.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		lease = &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: node.Name},
			Spec:       coordinationv1.LeaseSpec{HolderIdentity: &node.Name, LeaseDurationSeconds: &seconds, RenewTime: &now},
		}
		_, err = leases.Create(ctx, lease, metav1.CreateOptions{})
	case err == nil:
		lease.Spec.RenewTime = &now
		_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	}
	if err != nil {
		return fmt.Errorf("renew lease: %w", err)
	}
	return nil
}
