package hollow

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// pods looks after the pods of one node.
type pods struct {
	client   kubernetes.Interface
	node     string
	logger   *slog.Logger
	informer cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[string]
	started  atomic.Uint32 // pods given an address so far
}

func newPods(client kubernetes.Interface, node string, logger *slog.Logger) (*pods, error) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.FieldSelector = fields.OneTermEqualSelector("spec.nodeName", node).String()
		}))
	p := &pods{
		client: client, node: node, logger: logger,
		informer: factory.Core().V1().Pods().Informer(),
		queue:    workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]()),
	}
	_, err := p.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    p.enqueue,
		UpdateFunc: func(_, pod any) { p.enqueue(pod) },
	})
	return p, err
}

func (p *pods) enqueue(pod any) {
	if key, err := cache.MetaNamespaceKeyFunc(pod); err == nil {
		p.queue.Add(key)
	}
}

// run works through the queue until ctx ends.
func (p *pods) run(ctx context.Context) {
	defer context.AfterFunc(ctx, p.queue.ShutDown)()
	informed := make(chan struct{})
	go func() {
		defer close(informed)
		p.informer.Run(ctx.Done())
	}()
	for p.step(ctx) {
	}
	<-informed
}

// step brings one pod to where it should be; false once the queue is shut.
func (p *pods) step(ctx context.Context) bool {
	key, shut := p.queue.Get()
	if shut {
		return false
	}
	defer p.queue.Done(key)
	if err := p.settle(ctx, key); err != nil {
		p.logger.WarnContext(ctx, "pod", "pod", key, "err", err)
		p.queue.AddRateLimited(key)
		return true
	}
	p.queue.Forget(key)
	return true
}

func (p *pods) settle(ctx context.Context, key string) error {
	found, exists, err := p.informer.GetStore().GetByKey(key)
	if err != nil || !exists {
		return err
	}
	pod, ok := found.(*corev1.Pod)
	switch {
	case !ok:
		return fmt.Errorf("store: %T is not a pod", found)
	case pod.DeletionTimestamp != nil:
		return p.remove(ctx, pod)
	case pod.Status.Phase == corev1.PodSucceeded, pod.Status.Phase == corev1.PodFailed:
		return nil
	}
	status := statusOf(pod, p.address(pod), metav1.Now())
	if equality.Semantic.DeepEqual(status, pod.Status) {
		return nil
	}
	update := pod.DeepCopy()
	update.Status = status
	if _, err := p.client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, update, metav1.UpdateOptions{}); err != nil {
		return ignoreGone(fmt.Errorf("status: %w", err))
	}
	return p.report(ctx, pod)
}

// remove ends a pod at once: nothing of it runs.
func (p *pods) remove(ctx context.Context, pod *corev1.Pod) error {
	var now int64
	err := p.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now,
		Preconditions:      metav1.NewUIDPreconditions(string(pod.UID)),
	})
	return ignoreGone(err)
}

// address is the pod's: the node's own in its network, or else the next one.
func (p *pods) address(pod *corev1.Pod) string {
	switch {
	case pod.Spec.HostNetwork:
		return nodeIP
	case pod.Status.PodIP != "":
		return pod.Status.PodIP
	}
	n := p.started.Add(1)
	return fmt.Sprintf("10.42.%d.%d", n/250%250, 2+n%250)
}

// ignoreGone drops the errors that the next state of the pod settles by itself.
func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}
