package share

import (
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/filters/nameref"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// reference is a field that names an object of another kind.
type reference struct {
	target resid.Gvk
	spec   types.FieldSpec
	steps  []string
}

// referrers finds the references that objects of a kind may have, in the order
// in which kustomize follows them.
type referrers struct {
	table []backReference
	known *sync.Map // of resid.Gvk to []reference
}

func newReferrers(d *defaults) referrers {
	return referrers{table: d.NameReference, known: &sync.Map{}}
}

func (r referrers) of(gvk resid.Gvk) []reference {
	if found, ok := r.known.Load(gvk); ok {
		return found.([]reference) //nolint:forcetypeassert,errcheck // nothing else is in it
	}
	var out []reference
	for _, back := range r.table {
		for _, spec := range of(back.Referrers, gvk) {
			out = append(out, reference{target: back.Gvk, spec: spec, steps: steps(spec.Path)})
		}
	}
	r.known.Store(gvk, out)
	return out
}

// names finds objects by the names that they once had.
type names map[string][]int

// updateReferences makes the objects follow the new names of those that they
// refer to. Most references are to names that did not change: only the others
// are given to kustomize's filter, with the few objects that it may choose from.
func (l *level) updateReferences() error {
	once := names{}
	for i := range l.objects {
		for _, id := range l.objects[i].identity().prev {
			if at := once[id.Name]; !slices.Contains(at, i) {
				once[id.Name] = append(at, i)
			}
		}
	}
	for i := range l.objects {
		if err := l.updateObject(i, once); err != nil {
			return err
		}
	}
	return nil
}

func (l *level) updateObject(i int, once names) error {
	var before *resource.Resource
	for _, ref := range l.refs.of(l.objects[i].identity().org().Gvk) {
		values, err := l.stale(&l.objects[i], ref, once)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			continue
		}
		if before == nil {
			before = l.objects[i].res
			if before.GetKind() == "RoleBinding" && l.objects[i].owned == ownedWhole {
				before = before.DeepCopy()
			}
		}
		if err := l.update(i, ref, before, values, once); err != nil {
			return err
		}
	}
	return nil
}

// stale are the values of a reference that may have to change.
func (l *level) stale(o *object, ref reference, once names) ([]string, error) {
	var out []string
	var failed error
	ends(o.res.YNode(), ref.steps, func(n *yaml.Node) {
		if n == nil {
			failed = ErrUnfit
			return
		}
		items := []*yaml.Node{n}
		if n.Kind == yaml.SequenceNode {
			items = n.Content
		}
		for _, item := range items {
			name := item
			if item.Kind == yaml.MappingNode {
				name = field(item, "name")
			}
			if name == nil || name.Kind != yaml.ScalarNode || name.Tag == yaml.NodeTagNull {
				failed = ErrUnfit
				return
			}
			if l.renamed(name.Value, ref.target, once, item.Kind == yaml.MappingNode) {
				out = append(out, name.Value)
			}
		}
	})
	return out, failed
}

// renamed reports whether an object that once had the name has another now. A
// reference with a namespace always counts as one.
func (l *level) renamed(name string, target resid.Gvk, once names, always bool) bool {
	for _, i := range once[name] {
		id := l.objects[i].identity()
		if (always || id.cur.Name != name) && slices.ContainsFunc(id.prev, func(prev resid.ResId) bool { return prev.IsSelected(&target) }) {
			return true
		}
	}
	return false
}

// ends calls visit for each value at the end of a path, as kustomize finds them;
// with nil if the path leads through something that is no map or list.
func ends(n *yaml.Node, steps []string, visit func(*yaml.Node)) {
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == yaml.NodeTagNull {
		return
	}
	if len(steps) == 0 {
		visit(n)
		return
	}
	switch n.Kind { //nolint:exhaustive // kinds are no constants in this package of kustomize's
	case yaml.SequenceNode:
		for _, item := range n.Content {
			ends(item, steps, visit)
		}
	case yaml.MappingNode:
		ends(field(n, steps[0]), steps[1:], visit)
	default:
		visit(nil)
	}
}

// update runs kustomize's filter on one reference of an object. before is the
// object before all updates: the namespaces that a RoleBinding names are counted
// then.
func (l *level) update(i int, ref reference, before *resource.Resource, values []string, once names) error {
	candidates := resmap.New()
	for _, at := range l.candidates(values, once) {
		o := &l.objects[at]
		id := o.identity()
		res := o.res
		if slices.ContainsFunc(id.prev, func(prev resid.ResId) bool { return slices.Contains(values, prev.Name) }) {
			res = o.meta() // the filter makes a note in it
			o.id = id
		}
		if err := candidates.Append(res); err != nil {
			return err
		}
	}
	o := &l.objects[i]
	inCandidates := o.res
	id := o.identity()
	o.whole()
	o.id = id
	if inCandidates != o.res {
		// The object may refer to itself.
		if at, err := candidates.GetIndexOfCurrentId(id.cur); err != nil {
			return err
		} else if at >= 0 {
			if _, err := candidates.Replace(o.res); err != nil {
				return err
			}
		}
	}
	within, err := candidates.SubsetThatCouldBeReferencedByResource(before)
	if err != nil {
		return err
	}
	err = o.res.ApplyFilter(nameref.Filter{
		NameFieldToUpdate: ref.spec, ReferralTarget: ref.target, Referrer: o.res, ReferralCandidates: within,
	})
	if now := (&object{res: o.res}).identity(); now.cur != id.cur {
		return ErrUnfit // no reference of kustomize's is a name of its own
	}
	return err
}

// candidates are the objects that once had one of the names, and one of each
// pair of namespaces, old and new: whether a namespace has any objects counts.
func (l *level) candidates(values []string, once names) []int {
	type namespaces struct{ org, cur string }
	chosen := map[int]bool{}
	seen := map[namespaces]bool{}
	var out []int
	add := func(i int) {
		if !chosen[i] {
			out = append(out, i)
		}
		chosen[i] = true
	}
	for _, value := range values {
		for _, i := range once[value] {
			add(i)
		}
	}
	for i := range l.objects {
		id := l.objects[i].identity()
		pair := namespaces{id.org().EffectiveNamespace(), id.cur.EffectiveNamespace() + "/" + id.cur.Namespace}
		if !seen[pair] {
			add(i)
		}
		seen[pair] = true
	}
	slices.Sort(out)
	return out
}
