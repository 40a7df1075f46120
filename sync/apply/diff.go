package apply

import (
	"bytes"
	"context"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// ObjectDiff is one object that Apply or Prune would change.
type ObjectDiff struct {
	Ref sync.Ref
	// Action is what would be done.
	Action sync.Action
	// Before and After are the object's YAML, nil where it does not exist. A
	// Secret's values are masked.
	Before, After []byte
	// Refused is why the API server would not take it, "" if it would.
	Refused string
}

// Diff says what Apply and then Prune would change. It changes nothing: the
// server is asked with dry runs.
func (c *Cluster) Diff(ctx context.Context, bundle sync.Bundle) ([]ObjectDiff, error) {
	p, err := c.open(ctx, bundle)
	if err != nil {
		return nil, err
	}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	s := p.compare()
	if err := s.findContests(ctx); err != nil {
		return nil, err
	}
	diffs := make([]ObjectDiff, len(s.due))
	err = each(ctx, p.cfg.Parallel, s.due, func(ctx context.Context, i int, o object.Object) error {
		var err error
		diffs[i], err = s.diff(ctx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []ObjectDiff
	for _, d := range diffs {
		if d.Refused != "" || !bytes.Equal(d.Before, d.After) {
			out = append(out, d)
		}
	}
	leaving, err := s.diffLeaving(ctx)
	return append(out, leaving...), err
}

// diff compares one object with what the server would make of it.
func (s *sending) diff(ctx context.Context, o object.Object) (ObjectDiff, error) {
	live := s.live[o.Ref]
	out := ObjectDiff{Ref: o.Ref, Action: sync.Configured}
	if live == nil {
		out.Action = sync.Created
	}
	after := o.Body
	if words := s.unfit[o.Ref] + s.foreign(o); words != "" {
		out.Refused = words
	} else if !s.late[o.Ref] && len(s.contested[o.Ref]) == 0 {
		tried, err := s.patch(ctx, o, o.Body, true)
		words, refusal := refused(err)
		if err != nil && !refusal {
			return out, unavailable(err)
		}
		if out.Refused = words; !refusal {
			after = tried
		}
	}
	var err error
	out.Before, out.After, err = render(live, after)
	return out, err
}

// diffLeaving lists what Prune would delete.
func (s *sending) diffLeaving(ctx context.Context) ([]ObjectDiff, error) {
	var out []ObjectDiff
	for _, e := range plan.Leaving(s.after, s.objects) {
		live, err := s.leaving(ctx, e)
		if err != nil {
			return nil, err
		}
		if live == nil || !plan.FateOf(e, live, s.site, s.cfg.Namespace).Delete {
			continue
		}
		before, _, err := render(live, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, ObjectDiff{Ref: e.Ref, Action: sync.Deleted, Before: before})
	}
	return out, nil
}

func (s *sending) leaving(ctx context.Context, e inventory.Entry) (*unstructured.Unstructured, error) {
	if u := s.others[e.Ref]; u != nil {
		return u, nil
	}
	r, ok := s.kinds.FindAny(plan.Kind(e))
	if !ok {
		return nil, nil //nolint:nilnil // its kind is gone, and so is it
	}
	return s.get(ctx, r, e.Ref)
}

// render gives both forms as YAML that can be compared by people.
func render(before, after *unstructured.Unstructured) (left, right []byte, err error) {
	before, after = clean(before), clean(after)
	mask(before, after)
	if left, err = toYAML(before); err != nil {
		return nil, nil, err
	}
	right, err = toYAML(after)
	return left, right, err
}

func toYAML(u *unstructured.Unstructured) ([]byte, error) {
	if u == nil {
		return nil, nil
	}
	return yaml.Marshal(u.Object)
}

// clean drops what the server keeps for itself.
func clean(u *unstructured.Unstructured) *unstructured.Unstructured {
	if u == nil {
		return nil
	}
	out := u.DeepCopy()
	delete(out.Object, "status")
	for _, field := range []string{"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"} {
		unstructured.RemoveNestedField(out.Object, "metadata", field)
	}
	return out
}

// mask hides the values of a Secret, and shows only which ones differ.
func mask(before, after *unstructured.Unstructured) {
	old, fresh := secretData(before), secretData(after)
	for key, value := range old {
		next, stays := fresh[key]
		same := stays && reflect.DeepEqual(value, next)
		old[key] = "(hidden)"
		if stays && same {
			fresh[key] = "(hidden)"
		}
		if stays && !same {
			old[key], fresh[key] = "(hidden: as it is)", "(hidden: as it will be)"
		}
	}
	for key := range fresh {
		if _, known := old[key]; !known {
			fresh[key] = "(hidden)"
		}
	}
}

func secretData(u *unstructured.Unstructured) map[string]any {
	if u == nil || !object.IsSecret(u) {
		return nil
	}
	data, _ := u.Object["data"].(map[string]any)
	return data
}
