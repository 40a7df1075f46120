package apply

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// earlyStage reports whether an object makes others possible: what was late can
// be tried once these are in the cluster.
func earlyStage(o object.Object) bool { return plan.StageOf(o.Kind().GroupKind()) <= plan.CRDs }

// send sends what is due, stage by stage. A refusal takes back what was made.
func (s *sending) send(ctx context.Context) error {
	tried := false
	for _, stage := range plan.Stages(s.due) {
		if !tried && !earlyStage(stage[0]) {
			tried = true
			refusals, err := s.tryLate(ctx)
			if err == nil && len(refusals) > 0 {
				err = s.takeBack(ctx, refusals)
			}
			if err != nil {
				return err
			}
		}
		if err := s.sendStage(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

// sendStage sends one stage. Who asks for a port that another one of the stage
// gives up comes after it.
func (s *sending) sendStage(ctx context.Context, stage []object.Object) error {
	free := func(o object.Object) bool { return len(s.contested[o.Ref]) == 0 }
	first := slices.DeleteFunc(slices.Clone(stage), func(o object.Object) bool { return !free(o) })
	second := slices.DeleteFunc(slices.Clone(stage), free)
	if err := s.sendAll(ctx, s.cfg.Parallel, first); err != nil {
		return err
	}
	if err := s.sendAll(ctx, 1, second); err != nil {
		return err
	}
	return s.awaitCRDs(ctx, stage)
}

func (s *sending) sendAll(ctx context.Context, parallel int, objects []object.Object) error {
	sent := make([]*unstructured.Unstructured, len(objects))
	words := make([]string, len(objects))
	failed := each(ctx, parallel, objects, func(ctx context.Context, i int, o object.Object) error {
		u, err := s.sendOne(ctx, o)
		var isRefusal bool
		if words[i], isRefusal = refused(err); isRefusal {
			return nil
		}
		sent[i] = u
		return unavailable(err)
	})
	var refusals []sync.Refusal
	for i, o := range objects {
		switch {
		case sent[i] != nil:
			s.note(o, sent[i])
		case words[i] != "":
			refusals = append(refusals, sync.Refusal{Ref: o.Ref, Message: words[i]})
		}
	}
	if failed == nil && len(refusals) > 0 {
		return s.takeBack(ctx, refusals)
	}
	return failed
}

func (s *sending) sendOne(ctx context.Context, o object.Object) (*unstructured.Unstructured, error) {
	if s.stubborn[o.Ref] {
		return s.overwrite(ctx, o)
	}
	return s.patch(ctx, o, o.Body, false)
}

// note records what became of an object.
func (s *sending) note(o object.Object, sent *unstructured.Unstructured) {
	entry := plan.Applied(o, sent)
	s.after = s.after.With(entry)
	live := s.live[o.Ref]
	switch {
	case live == nil:
		s.created = append(s.created, entry)
		s.report.Changes = append(s.report.Changes, sync.Change{Ref: o.Ref, Action: sync.Created})
	case live.GetResourceVersion() == sent.GetResourceVersion():
		s.report.Unchanged++
	default:
		s.report.Changes = append(s.report.Changes, sync.Change{Ref: o.Ref, Action: sync.Configured})
	}
	if isCRD(o.Ref) {
		s.forget()
	}
}

// takeBack deletes what this apply made, newest first, and gives the refusals as
// an error. What was only changed is put back by applying the bundle before.
// What could not be deleted stays in the inventory.
func (s *sending) takeBack(ctx context.Context, refusals []sync.Refusal) error {
	refusal := &sync.RefusedError{Refusals: refusals, Touched: true}
	for _, o := range s.due { // what was never sent was never there
		if !s.before.Has(o.Ref) && s.after.Find(o.Ref).Rendered == "" {
			s.after = s.after.Without(o.Ref)
		}
	}
	for _, entry := range slices.Backward(s.created) {
		if gone, err := s.remove(ctx, s.resources[entry.Ref], entry.Ref, entry.UID); err != nil || !gone {
			continue
		}
		if known := s.before.Find(entry.Ref); known != (inventory.Entry{}) {
			s.after = s.after.With(known)
			continue
		}
		s.after = s.after.Without(entry.Ref)
	}
	s.report = sync.Report{}
	if err := s.saveInventory(ctx, s.after); err != nil {
		return refusal // the inventory names more than there is: the next prune finds out
	}
	return refusal
}
