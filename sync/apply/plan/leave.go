package plan

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/fields"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// Leaving lists what the inventory has and the bundle has not, in the order of
// deletion: that of application, reversed.
func Leaving(inv inventory.Inventory, bundle []object.Object) []inventory.Entry {
	stays := make(map[sync.Ref]bool, len(bundle))
	for _, o := range bundle {
		stays[o.Ref] = true
	}
	gone := slices.DeleteFunc(inv.Entries(), func(e inventory.Entry) bool { return stays[e.Ref] })
	slices.Reverse(gone)
	slices.SortStableFunc(gone, func(a, b inventory.Entry) int {
		return int(StageOf(GroupKind(b.Ref)) - StageOf(GroupKind(a.Ref)))
	})
	return gone
}

// GroupKind is the kind of what ref names.
func GroupKind(ref sync.Ref) schema.GroupKind {
	return schema.GroupKind{Group: ref.Group, Kind: ref.Kind}
}

// Kind is the group, version and kind of an entry's object.
func Kind(e inventory.Entry) schema.GroupVersionKind {
	return GroupKind(e.Ref).WithVersion(e.Version)
}

// Fate is what is to become of an object that left Git.
type Fate struct {
	Delete bool
	// Forget: it leaves the inventory.
	Forget bool
	// Note says why it is kept, or that it is under way.
	Note string
}

// FateOf judges an object that left Git by its live form, nil if there is none.
// Home is the namespace of the inventory.
func FateOf(e inventory.Entry, live *unstructured.Unstructured, site, home string) Fate {
	if live == nil {
		return Fate{Forget: true}
	}
	if owner := Foreign(live, site); owner != "" {
		return Fate{Forget: true, Note: "it belongs to site " + owner + " now"}
	}
	if string(live.GetUID()) != e.UID && !fields.Applied(live, Manager) {
		return Fate{Forget: true, Note: "somebody else made it anew"}
	}
	if live.GetAnnotations()[object.PruneAnnotation] == object.PruneDisabled {
		return Fate{Forget: true, Note: "its annotation " + object.PruneAnnotation + " says so"}
	}
	if e.Kind == object.KindNamespace && e.Group == "" && protected(e.Name, home) {
		return Fate{Forget: true, Note: "the namespace is the cluster's or the inventory's own"}
	}
	if live.GetDeletionTimestamp() != nil {
		return Fate{Note: "its deletion is under way"}
	}
	return Fate{Delete: true}
}

// protected namespaces are never deleted.
func protected(namespace, home string) bool {
	return slices.Contains([]string{home, "default", "kube-system", "kube-public", "kube-node-lease"}, namespace)
}

// Strays lists live objects of the site that lotsync applied and the inventory
// does not know: it was lost, or restored from an old copy.
func Strays(live []*unstructured.Unstructured, inv inventory.Inventory) []inventory.Entry {
	var out []inventory.Entry
	for _, u := range live {
		ref := object.RefOf(u)
		if inv.Has(ref) || !fields.Applied(u, Manager) {
			continue
		}
		out = append(out, inventory.Entry{Ref: ref, Version: u.GroupVersionKind().Version, UID: string(u.GetUID())})
	}
	return out
}
