package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// tryAll asks the server whether it would take everything that is due. Objects
// that the bundle itself makes possible have their turn later.
func (s *sending) tryAll(ctx context.Context) error {
	var now []object.Object
	for _, o := range s.due {
		if !s.late[o.Ref] {
			now = append(now, o)
		}
	}
	refusals, err := s.try(ctx, now)
	if err != nil {
		return err
	}
	if len(refusals) > 0 {
		return &sync.RefusedError{Refusals: refusals}
	}
	return nil
}

// tryLate tries what the stages so far have made possible.
func (s *sending) tryLate(ctx context.Context) ([]sync.Refusal, error) {
	var now []object.Object
	for _, o := range s.due {
		if s.late[o.Ref] && !earlyStage(o) {
			now = append(now, o)
		}
	}
	return s.try(ctx, now)
}

// try dry-runs objects and gives every refusal, in the bundle's order.
func (s *sending) try(ctx context.Context, objects []object.Object) ([]sync.Refusal, error) {
	words := make([]string, len(objects))
	stubborn := make([]bool, len(objects))
	err := each(ctx, s.cfg.Parallel, objects, func(ctx context.Context, i int, o object.Object) error {
		var err error
		if words[i], err = s.tryOne(ctx, o); words[i] != "" {
			stubborn[i] = s.canOverwrite(ctx, o)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []sync.Refusal
	for i, o := range objects {
		if stubborn[i] {
			s.stubborn[o.Ref] = true
		} else if words[i] != "" {
			out = append(out, sync.Refusal{Ref: o.Ref, Message: words[i]})
		}
	}
	return out, nil
}

// tryOne gives the reason why the object cannot be applied, "" if it can.
func (s *sending) tryOne(ctx context.Context, o object.Object) (string, error) {
	if words := s.unfit[o.Ref]; words != "" {
		return words, nil
	}
	if words := s.foreign(o); words != "" {
		return words, nil
	}
	body := o.Body
	if len(s.contested[o.Ref]) > 0 {
		body = plan.WithoutNodePorts(body)
	}
	_, err := s.patch(ctx, o, body, true)
	words, ok := refused(err)
	if ok && strings.Contains(words, "does not support dry run") {
		return "", nil // an admission webhook in the way: the apply itself will tell
	}
	if ok {
		return words, nil
	}
	return "", unavailable(err)
}

// canOverwrite reports whether an object that is refused was only changed by
// hand, and would be taken with its lists replaced.
func (s *sending) canOverwrite(ctx context.Context, o object.Object) bool {
	live := s.live[o.Ref]
	if s.foreign(o) != "" || plan.NeedOf(o, live, s.stored.Find(o.Ref)) != plan.Drifted {
		return false
	}
	_, err := s.merge(ctx, o, o.Body.Object, true)
	return err == nil
}

// foreign says so when the object, or one that is to go for it, belongs to
// another lot.
func (p *pass) foreign(o object.Object) string {
	owner := plan.Foreign(p.live[o.Ref], p.site)
	if owner == "" {
		owner = o.Body.GetLabels()[object.SiteLabel]
	}
	if owner == "" || owner == p.site {
		return ""
	}
	return fmt.Sprintf("it belongs to site %s (label %s), and this is %s: give one of the two another name or namespace",
		owner, object.SiteLabel, p.site)
}

// patch sends one object by server-side apply. The lot's Git is the authority:
// conflicts are forced. Misspelt fields are refused, not dropped.
func (p *pass) patch(ctx context.Context, o object.Object, body *unstructured.Unstructured, dry bool) (*unstructured.Unstructured, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Ref, err)
	}
	force := true
	options := metav1.PatchOptions{FieldManager: plan.Manager, Force: &force, FieldValidation: metav1.FieldValidationStrict}
	if dry {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return p.resource(o).Patch(ctx, o.Ref.Name, types.ApplyPatchType, data, options)
}
