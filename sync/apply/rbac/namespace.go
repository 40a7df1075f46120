package rbac

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// Namespace is the one namespace that all of a bundle's objects lie in. It fails
// with sync.ErrInvalid where there are several: a Role is for one.
func Namespace(bundle sync.Bundle) (string, error) {
	objects, err := object.Parse(bundle.Manifest)
	if err != nil {
		return "", err
	}
	var found []string
	for _, o := range objects {
		if !clusterScoped(o.Kind().GroupKind()) {
			found = append(found, cmp.Or(o.Ref.Namespace, "default"))
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) != 1 {
		return "", fmt.Errorf("%w: the lot's objects lie in %d namespaces (%s), and a Role is for one: name it with --namespace", sync.ErrInvalid, len(found), strings.Join(found, ", "))
	}
	return found[0], nil
}
