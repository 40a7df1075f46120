package share

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // the only way to kustomize's transformers
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

const (
	originAnnotation          = "config.kubernetes.io/origin"
	transformationsAnnotation = "alpha.config.kubernetes.io/transformations"
)

// finish does what kustomize does once all is accumulated, and is in the order
// in which kustomize writes.
func (l *level) finish() ([]Object, error) {
	if err := l.hashNames(); err != nil {
		return nil, err
	}
	if err := l.updateReferences(); err != nil {
		return nil, err
	}
	if err := l.unique(); err != nil {
		return nil, err
	}
	slices.SortFunc(l.objects, func(a, b object) int { return byKind(a.identity().cur, b.identity().cur) })
	out := make([]Object, 0, len(l.objects))
	for i := range l.objects {
		o := &l.objects[i]
		if !wellFormed(o.res.YNode()) {
			return nil, ErrUnfit
		}
		all := o.res.GetAnnotations()
		if local, marked := all[konfig.IgnoredByKustomizeAnnotation]; marked && local != "false" {
			continue
		}
		for _, note := range append([]string{originAnnotation, transformationsAnnotation}, resource.BuildAnnotations...) {
			delete(all, note)
		}
		out = append(out, Object{Node: o.res.YNode(), Origin: o.origin, Annotations: all})
	}
	return out, nil
}

// hashNames appends a hash of what they hold to the names of generated objects.
func (l *level) hashNames() error {
	plugin := builtins.NewHashTransformerPlugin()
	if err := plugin.Config(resmap.NewPluginHelpers(nil, l.validator, l.factory, types.DisabledPluginConfig()), nil); err != nil {
		return err
	}
	for i := range l.objects {
		if !l.objects[i].res.NeedHashSuffix() {
			continue
		}
		one := resmap.New()
		if err := one.Append(l.objects[i].meta()); err != nil {
			return err
		}
		if err := plugin.Transform(one); err != nil {
			return err
		}
	}
	return nil
}

// byKind compares as kustomize's legacy order does.
func byKind(a, b resid.ResId) int {
	if !a.Gvk.Equals(b.Gvk) {
		less := a.IsLessThan(b.Gvk)
		if a.Kind == types.NamespaceKind && b.Kind == types.NamespaceKind && (a.Group == "" || b.Group == "") {
			less = !less
		}
		if less {
			return -1
		}
		return 1
	}
	return strings.Compare(
		cmp.Or(a.Namespace, "~X")+"|"+cmp.Or(a.Name, "~N"),
		cmp.Or(b.Namespace, "~X")+"|"+cmp.Or(b.Name, "~N"),
	)
}
