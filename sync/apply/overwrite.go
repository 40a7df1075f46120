package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotsync/lotsync/sync/apply/object"
)

// overwriteManager is the manager of a repair that server-side apply cannot do
// by itself. It owns nothing when the repair is over.
const overwriteManager = "lotsync-repair"

// Somebody who edits the key of a list item, say a Service's port, leaves an
// item that is his beside the one that an apply puts back, and the two may not
// go together: the apply is refused, and the object would stay as it is. Then
// the lists are first made what Git says by a merge patch, which replaces them
// whole.

// overwrite does so, and applies the object as ever.
func (s *sending) overwrite(ctx context.Context, o object.Object) (*unstructured.Unstructured, error) {
	if _, err := s.merge(ctx, o, o.Body.Object, false); err != nil {
		return nil, err
	}
	applied, err := s.patch(ctx, o, o.Body, false)
	if err != nil {
		return nil, err
	}
	// Else fields that Git drops later would be kept for the merge patch's sake.
	entries, _, _ := unstructured.NestedSlice(applied.Object, "metadata", "managedFields")
	entries = slices.DeleteFunc(entries, func(e any) bool {
		entry, _ := e.(map[string]any)
		return entry["manager"] == overwriteManager
	})
	return s.merge(ctx, o, map[string]any{"metadata": map[string]any{
		"resourceVersion": applied.GetResourceVersion(),
		"managedFields":   entries,
	}}, false)
}

// merge sends a merge patch.
func (p *pass) merge(ctx context.Context, o object.Object, patch map[string]any, dry bool) (*unstructured.Unstructured, error) {
	data, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Ref, err)
	}
	options := metav1.PatchOptions{FieldManager: overwriteManager, FieldValidation: metav1.FieldValidationStrict}
	if dry {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return p.resource(o).Patch(ctx, o.Ref.Name, types.MergePatchType, data, options)
}
