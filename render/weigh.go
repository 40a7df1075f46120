package render

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

// What kustomize's changes weigh, by the time that they take for an object. One
// that goes to a named object only looks at the names of the others.
const (
	weightNamed   = 1
	weightImage   = 2  // each container's is compared
	weightRenamed = 4  // each new name is remembered beside the old ones
	weightLabel   = 5  // it goes to several places of each object
	weightAny     = 25 // each object may be changed, copied and compared
)

// weigh is what a kustomization does to each object that it has. A hundred lines
// can change three hundred objects a thousand times, which takes kustomize
// minutes.
func weigh(k types.Kustomization) int {
	w := weightImage*len(k.Images) + weightNamed*len(k.Replicas) + weightLabel*len(k.CommonAnnotations)
	w += weightNamed*len(k.PatchesStrategicMerge) + weightLabel*len(k.CommonLabels) //nolint:staticcheck // kustomize still reads them
	for _, l := range k.Labels {
		w += weightLabel * len(l.Pairs)
	}
	for _, patches := range [][]types.Patch{k.Patches, k.PatchesJson6902} { //nolint:staticcheck // kustomize still reads it
		for _, p := range patches {
			w += weighTarget(p.Target)
		}
	}
	for _, r := range k.Replacements {
		w += weightAny * max(len(r.Targets), 1)
	}
	for _, name := range []string{k.NamePrefix, k.NameSuffix} {
		if name != "" {
			w += weightRenamed
		}
	}
	if k.Namespace != "" {
		w += weightNamed
	}
	return w + weightAny*len(k.Transformers)
}

// weighTarget is the weight of a patch by its target. One without a target names
// its object itself.
func weighTarget(t *types.Selector) int {
	if t == nil || t.Name != "" && !strings.ContainsAny(t.Name, "*+?.|[(\\") {
		return weightNamed
	}
	return weightAny
}

// heaviest is the kustomization that weighs most.
type heaviest struct {
	file   string
	weight int
}

// checkWork refuses a lot whose kustomizations change its objects too often.
func (w *walker) checkWork() error {
	if w.weight*w.objects <= w.limits.Work {
		return nil
	}
	return fmt.Errorf("%s: patches, images, labels and the like of this lot weigh %d (%d of them here), times %d objects that is more than %d: use fewer, and patches whose target names one object (others weigh %d)",
		w.heaviest.file, w.weight, w.heaviest.weight, w.objects, w.limits.Work, weightAny)
}
