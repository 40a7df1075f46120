package render

import (
	"errors"
	"fmt"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// checkObjects refuses what cannot be applied as one bundle, and reports all of
// it.
func checkObjects(objects []edge.Object, topology fleet.Topology, limits Limits) error {
	if len(objects) == 0 {
		return errors.New("renders to nothing, which would remove everything from the lot: add resources to its kustomization.yaml; to clear a lot, remove it from its cluster on purpose")
	}
	if len(objects) > limits.Objects {
		return fmt.Errorf("renders to %d objects, at most %d are applied: split the lot", len(objects), limits.Objects)
	}
	var problems []error
	seen := map[sync.Ref]bool{}
	cluster := clusterScoped(objects)
	for i, o := range objects {
		ref := edge.RefOf(o)
		if err := checkIdentity(o, ref); err != nil {
			problems = append(problems, fmt.Errorf("object %d (%s): %w", i+1, ref, err))
			continue
		}
		if seen[ref] {
			problems = append(problems, fmt.Errorf("%s: comes twice: rename or remove one of them", ref))
		}
		seen[ref] = true
		if topology == fleet.Joined && cluster[kind{ref.Group, ref.Kind}] {
			problems = append(problems, fmt.Errorf("%s: belongs to the whole cluster, which a joined lot shares with others: move it out of the fleet, to where the cluster is managed", ref))
		}
	}
	return errors.Join(problems...)
}

func checkIdentity(o edge.Object, ref sync.Ref) error {
	version, isText := o["apiVersion"].(string)
	switch {
	case !isText || version == "":
		return errors.New("has no apiVersion: add it")
	case ref.Kind == "":
		return errors.New("has no kind: add it")
	case ref.Name == "" && edge.Text(o, "metadata", "generateName") != "":
		return errors.New("metadata.generateName: each pass would make a new one: give it a name")
	case ref.Name == "":
		return errors.New("has no metadata.name: add it")
	}
	return nil
}
