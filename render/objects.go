package render

import (
	"errors"
	"fmt"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// checkCount refuses bundles that would clear a lot, or overwhelm it.
func checkCount(objects []edge.Object, limits Limits) error {
	if len(objects) == 0 {
		return errors.New("renders to nothing, which would remove everything from the lot: add resources to its kustomization.yaml; to clear a lot, remove its objects from the cluster on purpose")
	}
	if len(objects) > limits.Objects {
		return fmt.Errorf("renders to %d objects, at most %d are applied: split the lot", len(objects), limits.Objects)
	}
	return nil
}

// checkObjects finds what cannot be applied as one bundle.
func checkObjects(objects []edge.Object, topology fleet.Topology) []edge.Finding {
	var out []edge.Finding
	fail := func(ref sync.Ref, field, message string) {
		out = append(out, edge.Finding{Rule: "objects", Severity: fleet.SeverityError, Object: ref, Field: field, Message: message})
	}
	seen := map[sync.Ref]bool{}
	cluster := clusterScoped(objects)
	for _, o := range objects {
		ref := edge.RefOf(o)
		if field, message := identity(o, ref); field != "" {
			fail(ref, field, message)
			continue
		}
		if seen[ref] {
			fail(ref, "metadata.name", "comes twice: rename or remove one of them")
		}
		seen[ref] = true
		if topology == fleet.Joined && cluster[kind{ref.Group, ref.Kind}] {
			fail(ref, "kind", "belongs to the whole cluster, which a joined lot shares with others: move it out of the fleet, to where the cluster is managed")
		}
	}
	return out
}

// identity names the field that keeps an object from being told from others,
// and the mend; empty if there is none.
func identity(o edge.Object, ref sync.Ref) (field, message string) {
	switch {
	case edge.Text(o, "apiVersion") == "":
		return "apiVersion", "is missing: add it"
	case ref.Kind == "":
		return "kind", "is missing: add it"
	case ref.Name == "" && edge.Text(o, "metadata", "generateName") != "":
		return "metadata.generateName", "each pass would make a new one: give it a name"
	case ref.Name == "":
		return "metadata.name", "is missing: add it"
	}
	return "", ""
}
