package plan

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync/apply/fields"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// Manager is the field manager under which lotsync applies.
const Manager = "lotsync"

// Need is why an object has to be sent; "" if it has not.
type Need string

// Why an object is sent.
const (
	InStep     Need = ""
	Missing    Need = "missing"
	Unrecorded Need = "never recorded"
	Changed    Need = "changed in Git"
	Drifted    Need = "changed in the cluster"
)

// NeedOf compares an object with its live form (nil if there is none) and with
// what the inventory remembers of it. Only fields that lotsync itself set
// count: defaults, and fields on which Git is silent, are not looked at.
func NeedOf(o object.Object, live *unstructured.Unstructured, entry inventory.Entry) Need {
	switch {
	case live == nil:
		return Missing
	case entry.Rendered == "" || entry.UID != string(live.GetUID()):
		return Unrecorded
	case entry.Rendered != o.Hash || entry.Version != o.Kind().Version:
		return Changed
	case entry.Owned != OwnedHash(live) || !object.SecretHolds(o.Body, live):
		return Drifted
	default:
		return InStep
	}
}

// OwnedHash stands for the fields of a live object that are lotsync's. A
// Secret's values are left out of it.
func OwnedHash(live *unstructured.Unstructured) string {
	return object.Hash(fields.Owned(object.Redacted(live), Manager))
}

// Intent is the entry of an object that is about to be applied. It keeps what
// was known of it: the object may be live already.
func Intent(o object.Object, known inventory.Entry) inventory.Entry {
	return inventory.Entry{
		Ref: o.Ref, Version: o.Kind().Version, UID: known.UID,
		Rendered: known.Rendered, Owned: known.Owned,
	}
}

// Applied is the entry of an object that the server has taken as live.
func Applied(o object.Object, live *unstructured.Unstructured) inventory.Entry {
	return inventory.Entry{
		Ref: o.Ref, Version: o.Kind().Version, UID: string(live.GetUID()),
		Rendered: o.Hash, Owned: OwnedHash(live),
	}
}

// Foreign names the other lot to which a live object belongs; "" if it belongs
// to site (its label form) or to nobody.
func Foreign(live *unstructured.Unstructured, site string) string {
	if live == nil {
		return ""
	}
	if owner := live.GetLabels()[object.SiteLabel]; owner != site {
		return owner
	}
	return ""
}
