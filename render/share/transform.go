package share

import (
	"strings"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // the only way to kustomize's transformers
	"sigs.k8s.io/kustomize/api/filters/annotations"
	"sigs.k8s.io/kustomize/api/filters/labels"
	"sigs.k8s.io/kustomize/api/filters/namespace"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// transform changes the level's objects as a kustomization says, in kustomize's
// order.
func (l *level) transform(p *part) error {
	for _, step := range []func(*part) error{
		l.patchesStrategicMerge, l.patches, l.namespace, l.prefix, l.suffix, l.labels, l.annotations,
		l.patchesJSON, l.replicas, l.images, l.replacements,
	} {
		if err := step(p); err != nil {
			return err
		}
		l.dropEmpty()
	}
	return nil
}

// onAll runs a transformer of kustomize's on copies of all objects.
func (l *level) onAll(p *part, plugin resmap.TransformerPlugin, config any) error {
	if err := p.configure(plugin, config); err != nil {
		return err
	}
	m := resmap.New()
	for i := range l.objects {
		if err := m.Append(l.objects[i].whole()); err != nil {
			return err
		}
	}
	return plugin.Transform(m)
}

func (l *level) patchesStrategicMerge(p *part) error {
	paths := p.k.PatchesStrategicMerge //nolint:staticcheck // fleets still use it
	if len(paths) == 0 {
		return nil
	}
	return l.onAll(p, builtins.NewPatchStrategicMergeTransformerPlugin(), struct {
		Paths []types.PatchStrategicMerge `json:"paths"`
	}{paths})
}

func (l *level) patchesJSON(p *part) error {
	for _, given := range p.k.PatchesJson6902 { //nolint:staticcheck // fleets still use it
		err := l.onAll(p, builtins.NewPatchJson6902TransformerPlugin(), struct {
			Target *types.Selector `json:"target,omitempty"`
			Path   string          `json:"path,omitempty"`
			JSONOp string          `json:"jsonOp,omitempty"`
		}{given.Target, given.Path, given.Patch})
		if err != nil {
			return err
		}
		l.dropEmpty()
	}
	return nil
}

func (l *level) replacements(p *part) error {
	if len(p.k.Replacements) == 0 {
		return nil
	}
	return l.onAll(p, builtins.NewReplacementTransformerPlugin(), struct {
		Replacements []types.ReplacementField
	}{p.k.Replacements})
}

func (l *level) namespace(p *part) error {
	name := p.k.Namespace
	if name == "" {
		return nil
	}
	for i := range l.objects {
		o := &l.objects[i]
		if o.res.GetAnnotations(konfig.HelmGeneratedAnnotation)[konfig.HelmGeneratedAnnotation] == "true" {
			continue
		}
		gvk := o.identity().cur.Gvk
		specs := of(l.defaults.Namespace, gvk)
		res := o.changeable(inMetadata(specs) && !strings.HasSuffix(gvk.Kind, "RoleBinding"))
		res.StorePreviousId()
		err := res.ApplyFilter(namespace.Filter{Namespace: name, FsSlice: specs, SetRoleBindingSubjects: namespace.DefaultSubjectsOnly})
		if err != nil {
			return err
		}
	}
	return l.unique()
}

// changeable makes an object's metadata changeable, or all of it.
func (o *object) changeable(metadataOnly bool) *resource.Resource {
	if metadataOnly {
		return o.meta()
	}
	return o.whole()
}

func (l *level) prefix(p *part) error {
	if p.k.NamePrefix == "" {
		return nil
	}
	plugin := &builtins.PrefixTransformerPlugin{Prefix: p.k.NamePrefix, FieldSpecs: l.defaults.NamePrefix}
	return l.rename(plugin, l.defaults.NamePrefix)
}

func (l *level) suffix(p *part) error {
	if p.k.NameSuffix == "" {
		return nil
	}
	plugin := &builtins.SuffixTransformerPlugin{Suffix: p.k.NameSuffix, FieldSpecs: l.defaults.NameSuffix}
	return l.rename(plugin, l.defaults.NameSuffix)
}

func (l *level) rename(plugin resmap.Transformer, specs types.FsSlice) error {
	for i := range l.objects {
		one := resmap.New()
		if err := one.Append(l.objects[i].changeable(inMetadata(specs))); err != nil {
			return err
		}
		if err := plugin.Transform(one); err != nil {
			return err
		}
	}
	return nil
}

func (l *level) labels(p *part) error {
	for _, label := range p.k.Labels {
		specs, err := l.labelFields(label)
		if err != nil {
			return err
		}
		if err := l.set(label.Pairs, specs, labels.Filter{Labels: label.Pairs}); err != nil {
			return err
		}
	}
	common := p.k.CommonLabels //nolint:staticcheck // fleets still use it
	return l.set(common, l.defaults.CommonLabels, labels.Filter{Labels: common})
}

// labelFields are the fields that a label goes to.
func (l *level) labelFields(label types.Label) (types.FsSlice, error) {
	d := l.defaults
	also := []types.FsSlice{d.Labels}
	if label.IncludeSelectors {
		also = append(also, d.CommonLabels)
	} else {
		if label.IncludeTemplates {
			also = append(also, d.TemplateLabels)
		}
		if label.IncludeVolumeClaimTemplates {
			also = append(also, d.VolumeClaimTemplateLabels)
		}
		also = append(also, types.FsSlice{{Path: "metadata/labels", CreateIfNotPresent: true}})
	}
	specs := append(types.FsSlice(nil), label.FieldSpecs...)
	for _, more := range also {
		var err error
		if specs, err = specs.MergeAll(more); err != nil {
			return nil, err
		}
	}
	return specs, nil
}

func (l *level) annotations(p *part) error {
	pairs := p.k.CommonAnnotations
	return l.set(pairs, l.defaults.CommonAnnotations, annotations.Filter{Annotations: pairs})
}

// set sets labels or annotations with a filter of kustomize's, in objects that
// do not have them yet.
func (l *level) set(pairs map[string]string, specs types.FsSlice, filter kio.Filter) error {
	if len(pairs) == 0 {
		return nil
	}
	byKind := map[resid.Gvk]types.FsSlice{}
	for i := range l.objects {
		o := &l.objects[i]
		gvk := o.identity().cur.Gvk
		fields, known := byKind[gvk]
		if !known {
			fields = of(specs, gvk)
			byKind[gvk] = fields
		}
		if isSet(o.res.YNode(), fields, pairs) {
			continue
		}
		id := o.id
		res := o.changeable(inMetadata(fields))
		if err := setIn(res, filter, fields); err != nil {
			return err
		}
		if inMetadata(fields) && onlyLabels(fields) {
			o.id = id // labels are no part of it
		}
	}
	return nil
}

func setIn(res *resource.Resource, filter kio.Filter, fields types.FsSlice) error {
	switch f := filter.(type) {
	case labels.Filter:
		f.FsSlice = fields
		filter = f
	case annotations.Filter:
		f.FsSlice = fields
		filter = f
	}
	return res.ApplyFilter(filter)
}

func onlyLabels(fields types.FsSlice) bool {
	for _, f := range fields {
		if f.Path != "metadata/labels" {
			return false
		}
	}
	return true
}

// isSet reports whether all the fields have the pairs already.
func isSet(root *yaml.Node, fields types.FsSlice, pairs map[string]string) bool {
	for _, f := range fields {
		n := root
		for _, step := range steps(f.Path) {
			n = field(n, step)
		}
		for key, value := range pairs {
			v := field(n, key)
			if v == nil || v.Kind != yaml.ScalarNode || v.Tag != yaml.NodeTagString || v.Value != value {
				return false
			}
		}
	}
	return true
}

func (l *level) replicas(p *part) error {
	for _, replica := range p.k.Replicas {
		plugin := &builtins.ReplicaCountTransformerPlugin{Replica: replica, FieldSpecs: l.defaults.Replicas}
		named := l.called(func(id resid.ResId) bool { return id.Name == replica.Name })
		if err := l.on(named, plugin); err != nil {
			return err
		}
	}
	return nil
}

// on runs a transformer of kustomize's on copies of some objects.
func (l *level) on(indices []int, t resmap.Transformer) error {
	m := resmap.New()
	for _, i := range indices {
		if err := m.Append(l.objects[i].whole()); err != nil {
			return err
		}
	}
	return t.Transform(m)
}
