package share

import (
	"strings"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // the only way to kustomize's transformers
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// patch is an entry of patches.
type patch struct {
	target *types.Selector
	merges []merge                          // of a strategic merge patch
	json   *builtins.PatchTransformerPlugin // nil, unless it is a JSON patch
}

// merge is one document of a strategic merge patch.
type merge struct {
	res *resource.Resource // to be copied for each use: kustomize builds it in
	id  resid.ResId        // of the object to change, if there is no target
}

// patch reads an entry of patches.
func (f *Folders) patch(ldr *loader, helpers *resmap.PluginHelpers, given types.Patch) (patch, error) {
	text := strings.TrimSpace(given.Patch)
	switch {
	case (text == "") == (given.Path == ""):
		return patch{}, ErrUnfit
	case given.Path != "":
		data, err := ldr.Load(given.Path)
		if err != nil {
			return patch{}, err
		}
		text = string(data)
	}
	docs, err := f.factory.RF().SliceFromBytes([]byte(text))
	if err != nil {
		plugin := &builtins.PatchTransformerPlugin{}
		p := part{helpers: helpers}
		return patch{target: given.Target, json: plugin}, p.configure(plugin, given)
	}
	made := patch{target: given.Target}
	for _, doc := range docs {
		if given.Options != nil && given.Options.AllowNameChange {
			doc.AllowNameChange()
		}
		if given.Options != nil && given.Options.AllowKindChange {
			doc.AllowKindChange()
		}
		joined := false
		if err := join(doc.YNode(), 1, map[*yaml.Node]int{}, &joined); err != nil || joined || !distinct(doc.YNode()) {
			return patch{}, ErrUnfit
		}
		made.merges = append(made.merges, merge{res: doc, id: doc.OrgId()})
	}
	return made, nil
}

func (l *level) patches(p *part) error {
	for _, given := range p.patches {
		var err error
		switch {
		case given.json != nil:
			err = l.patchJSON(given)
		case given.target != nil:
			err = l.mergeTargets(given)
		default:
			err = l.mergeNamed(given)
		}
		if err != nil {
			return err
		}
		l.dropEmpty()
	}
	return nil
}

func (l *level) patchJSON(given patch) error {
	if given.target == nil {
		return ErrUnfit
	}
	targets, err := l.selected(given.target)
	if err != nil {
		return err
	}
	return l.on(targets, given.json)
}

// mergeTargets merges a patch into the objects that its target selects.
func (l *level) mergeTargets(given patch) error {
	if len(given.merges) == 0 {
		return nil
	}
	if len(given.merges) > 1 {
		return ErrUnfit
	}
	targets, err := l.selected(given.target)
	if err != nil {
		return err
	}
	for _, i := range targets {
		one := resmap.New()
		if err := one.Append(l.objects[i].whole()); err != nil {
			return err
		}
		if err := one.ApplySmPatch(resource.MakeIdSet(one.Resources()), given.merges[0].res); err != nil {
			return err
		}
	}
	l.dropEmpty()
	return l.unique()
}

// mergeNamed merges a patch's documents into the objects that they name.
func (l *level) mergeNamed(given patch) error {
	for _, m := range given.merges {
		targets := l.called(m.id.Equals)
		if len(targets) != 1 {
			return ErrUnfit
		}
		if err := l.objects[targets[0]].whole().ApplySmPatch(m.res.DeepCopy()); err != nil {
			return err
		}
	}
	return nil
}

// selected are the objects that a selector selects, by names past and present.
func (l *level) selected(s *types.Selector) ([]int, error) {
	regex, err := types.NewSelectorRegex(s)
	if err != nil {
		return nil, err
	}
	var out []int
	for i := range l.objects {
		o := &l.objects[i]
		cur, org := o.identity().cur, o.identity().org()
		if !regex.MatchNamespace(org.EffectiveNamespace()) && !regex.MatchNamespace(cur.EffectiveNamespace()) ||
			!regex.MatchName(org.Name) && !regex.MatchName(cur.Name) || !regex.MatchGvk(cur.Gvk) {
			continue
		}
		ok, err := suits(o.res, s)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, i)
		}
	}
	return out, nil
}

// suits reports whether an object has the labels and annotations of a selector.
func suits(res *resource.Resource, s *types.Selector) (bool, error) {
	ok, err := res.MatchesLabelSelector(s.LabelSelector)
	if err != nil || !ok {
		return false, err
	}
	return res.MatchesAnnotationSelector(s.AnnotationSelector)
}
