package health

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
)

// Waits reports whether u is a PersistentVolumeClaim without its volume, and
// names the storage class that would have to make it.
func Waits(u *unstructured.Unstructured) (class string, waits bool) {
	if u.GetKind() != "PersistentVolumeClaim" || phase(u) == "Bound" || phase(u) == "Lost" {
		return "", false
	}
	class, _, _ = unstructured.NestedString(u.Object, "spec", "storageClassName")
	return class, true
}

// OfWaiting judges a claim that has no volume by its storage class, nil if that
// could not be read. A class that waits for the first pod is not stuck: the pod
// shows whether there is a volume in the end.
func OfWaiting(class *unstructured.Unstructured) Verdict {
	if class == nil {
		return Verdict{sync.Healthy, "it has no volume yet"}
	}
	if mode, _, _ := unstructured.NestedString(class.Object, "volumeBindingMode"); mode == "WaitForFirstConsumer" {
		return Verdict{sync.Healthy, "it gets its volume with the first pod that uses it"}
	}
	return Verdict{sync.Progressing, "storage class " + class.GetName() + " has not made its volume yet"}
}
