package apply

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

// findContests finds which objects of ours hold a node port or host port that
// something due asks for: they leave Git, or give it up in the same bundle.
func (s *sending) findContests(ctx context.Context) error {
	asking := slices.ContainsFunc(s.due, func(o object.Object) bool { return len(plan.ClaimsOf(o.Body)) > 0 })
	if !asking {
		return nil
	}
	if err := s.lookAtLeaving(ctx); err != nil {
		return err
	}
	holders := s.holders()
	for _, o := range s.due {
		if refs := plan.Holders(o.Body, o.Ref, holders); len(refs) > 0 {
			s.contested[o.Ref] = refs
		}
	}
	return nil
}

// lookAtLeaving fetches the leaving objects that the lists did not show.
func (s *sending) lookAtLeaving(ctx context.Context) error {
	for _, e := range plan.Leaving(s.after, s.objects) {
		stage := plan.StageOf(plan.GroupKind(e.Ref))
		if s.others[e.Ref] != nil || stage != plan.Services && stage != plan.Workloads {
			continue
		}
		r, ok := s.kinds.FindAny(plan.Kind(e))
		if !ok {
			continue
		}
		u, err := s.get(ctx, r, e.Ref)
		if _, denied := refused(err); err != nil && !denied {
			return err
		}
		if u != nil {
			s.others[e.Ref] = u
		}
	}
	return nil
}

// holders are the live objects that give up what they hold with this bundle.
func (s *sending) holders() map[sync.Ref]*unstructured.Unstructured {
	out := map[sync.Ref]*unstructured.Unstructured{}
	for _, e := range plan.Leaving(s.after, s.objects) {
		live := s.others[e.Ref]
		if live != nil && plan.FateOf(e, live, s.site, s.cfg.Namespace).Delete {
			out[e.Ref] = live
		}
	}
	for _, o := range s.due {
		if live := s.live[o.Ref]; live != nil && plan.Foreign(live, s.site) == "" && givesUp(live, o.Body) {
			out[o.Ref] = live
		}
	}
	return out
}

// givesUp reports whether live holds a claim that it will not have as next.
func givesUp(live, next *unstructured.Unstructured) bool {
	keeps := plan.ClaimsOf(next)
	return slices.ContainsFunc(plan.ClaimsOf(live), func(c plan.Claim) bool { return !slices.Contains(keeps, c) })
}

// release deletes what leaves Git and holds what is needed now.
func (s *sending) release(ctx context.Context) error {
	for _, e := range plan.Leaving(s.after, s.objects) {
		if !s.blocks(e.Ref) {
			continue
		}
		live := s.others[e.Ref]
		r, _ := s.kinds.FindAny(plan.Kind(e))
		gone, err := s.remove(ctx, r, e.Ref, string(live.GetUID()))
		if err == nil && !gone {
			err = until(ctx, s.cfg.Timeout, func(ctx context.Context) (bool, error) {
				left, err := s.get(ctx, r, e.Ref)
				return err == nil && left == nil, err
			})
		}
		if words, ok := refused(err); ok {
			return s.takeBack(ctx, []sync.Refusal{{Ref: e.Ref, Message: words}})
		}
		if err != nil {
			return fmt.Errorf("delete %s: %w", e.Ref, unavailable(err))
		}
		s.after = s.after.Without(e.Ref)
		s.report.Changes = append(s.report.Changes, sync.Change{
			Ref: e.Ref, Action: sync.Deleted, Note: "it left Git and held what is needed now: " + string(plan.ClaimsOf(live)[0]),
		})
	}
	return nil
}

// blocks reports whether something due waits for ref to go.
func (s *sending) blocks(ref sync.Ref) bool {
	for _, holders := range s.contested {
		if slices.Contains(holders, ref) {
			return true
		}
	}
	return false
}

// sortedByRef gives the objects in the order of their names.
func sortedByRef(objects map[sync.Ref]*unstructured.Unstructured) []*unstructured.Unstructured {
	refs := slices.SortedFunc(maps.Keys(objects), func(a, b sync.Ref) int { return cmp.Compare(a.String(), b.String()) })
	out := make([]*unstructured.Unstructured, len(refs))
	for i, ref := range refs {
		out[i] = objects[ref]
	}
	return out
}
