package share

import (
	"slices"

	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

const component = types.ComponentKind

// level is where the objects of a kustomization, and of its components, come
// together.
type level struct {
	*Folders

	objects []object
}

// accumulate adds what a kustomization brings, and then changes all that is
// there, in kustomize's order.
func (b *build) accumulate(l *level, p *part, chain []string) error {
	for _, e := range p.resources {
		objects := e.objects
		if e.folder != "" {
			k, err := b.enter(e.folder, false, chain)
			if err != nil {
				return err
			}
			objects = k.result
		}
		l.objects = append(l.objects, objects...)
	}
	if err := l.unique(); err != nil {
		return err
	}
	for i := range p.generated {
		if err := l.absorb(p.generated[i]); err != nil {
			return err
		}
	}
	for _, name := range p.k.Components {
		if err := b.component(l, p, name, chain); err != nil {
			return err
		}
	}
	if err := l.transform(p); err != nil {
		return err
	}
	return l.unique()
}

// component adds a component to the level of who refers to it.
func (b *build) component(l *level, p *part, name string, chain []string) error {
	dir, err := (&loader{root: p.dir}).folder(name)
	if err != nil {
		return err
	}
	k, err := b.enter(dir, true, chain)
	if err != nil {
		return err
	}
	return b.accumulate(l, k.part, append(slices.Clip(chain), dir))
}

// unique refuses objects of one name.
func (l *level) unique() error {
	type key struct{ group, version, kind, namespace, name string }
	seen := make(map[key]struct{}, len(l.objects))
	for i := range l.objects {
		id := l.objects[i].identity().cur
		seen[key{id.Group, id.Version, id.Kind, id.EffectiveNamespace(), id.Name}] = struct{}{}
	}
	if len(seen) < len(l.objects) {
		return ErrUnfit
	}
	return nil
}

// called are the objects with a name, past or present, that suits.
func (l *level) called(suits func(resid.ResId) bool) []int {
	var out []int
	for i := range l.objects {
		if o := &l.objects[i]; !o.res.IsNilOrEmpty() && o.identity().any(suits) {
			out = append(out, i)
		}
	}
	return out
}

// absorb adds a generated object, or merges it with one that is there.
func (l *level) absorb(o object) error {
	same := l.called(o.res.CurId().Equals)
	switch len(same) {
	case 0:
		if behavior := o.res.Behavior(); behavior == types.BehaviorMerge || behavior == types.BehaviorReplace {
			return ErrUnfit
		}
		l.objects = append(l.objects, o)
		return nil
	case 1:
	default:
		return ErrUnfit
	}
	old := &l.objects[same[0]]
	both := resmap.New()
	if err := both.Append(old.res); err != nil {
		return err
	}
	if err := both.AbsorbAll(l.factory.FromResource(o.whole())); err != nil {
		return err
	}
	if o.res.Behavior() == types.BehaviorMerge {
		o.origin = old.origin
	}
	merged := both.Resources()
	if len(merged) != 1 {
		return ErrUnfit
	}
	*old = object{res: merged[0], origin: o.origin, owned: ownedWhole}
	return nil
}

// dropEmpty forgets objects that a change has deleted.
func (l *level) dropEmpty() {
	rest := l.objects[:0]
	for _, o := range l.objects {
		if !o.res.IsNilOrEmpty() {
			rest = append(rest, o)
		}
	}
	l.objects = rest
}
