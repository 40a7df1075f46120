package share

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	_ "unsafe" // for the link to kustomize's defaults

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/utils"
	"sigs.k8s.io/yaml"
)

// kustomizeFields is kustomize's own table of the fields that its transformers
// change. It is not exported; a copy of it would go stale silently, while a link
// that is broken by an upgrade does not build.
//
//go:linkname kustomizeFields sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts.GetDefaultFieldSpecs
func kustomizeFields() []byte

// defaults are the fields that transformers change.
type defaults struct {
	NamePrefix                types.FsSlice   `json:"namePrefix"`
	NameSuffix                types.FsSlice   `json:"nameSuffix"`
	Namespace                 types.FsSlice   `json:"namespace"`
	CommonLabels              types.FsSlice   `json:"commonLabels"`
	Labels                    types.FsSlice   `json:"labels"`
	TemplateLabels            types.FsSlice   `json:"templateLabels"`
	VolumeClaimTemplateLabels types.FsSlice   `json:"volumeClaimTemplateLabels"`
	CommonAnnotations         types.FsSlice   `json:"commonAnnotations"`
	NameReference             []backReference `json:"nameReference"`
	VarReference              types.FsSlice   `json:"varReference"`
	Images                    types.FsSlice   `json:"images"`
	Replicas                  types.FsSlice   `json:"replicas"`
}

// backReference is a kind of object, and the fields that name such objects.
type backReference struct {
	resid.Gvk `json:",inline"`

	Referrers types.FsSlice `json:"fieldSpecs"`
}

// readDefaults brings kustomize's table into the order that kustomize works in.
func readDefaults() (*defaults, error) {
	d := &defaults{}
	if err := yaml.UnmarshalStrict(kustomizeFields(), d); err != nil {
		return nil, fmt.Errorf("read kustomize's table of fields: %w", err)
	}
	for _, specs := range []*types.FsSlice{
		&d.NamePrefix, &d.NameSuffix, &d.Namespace, &d.CommonLabels, &d.Labels, &d.TemplateLabels,
		&d.VolumeClaimTemplateLabels, &d.CommonAnnotations, &d.Images, &d.Replicas,
	} {
		if err := order(specs); err != nil {
			return nil, err
		}
	}
	sort.Slice(d.NameReference, func(i, j int) bool {
		return d.NameReference[i].IsLessThan(d.NameReference[j].Gvk)
	})
	return d, nil
}

// order sorts fields and drops those that come twice. Kustomize sorts before and
// after, with a sort that is not stable: equal steps give an equal order.
func order(specs *types.FsSlice) error {
	sort.Sort(*specs)
	merged, err := types.FsSlice{}.MergeAll(*specs)
	if err != nil {
		return fmt.Errorf("kustomize's table of fields: %w", err)
	}
	sort.Sort(merged)
	*specs = merged
	return nil
}

// of are the fields that objects of a kind may have.
func of(specs types.FsSlice, gvk resid.Gvk) types.FsSlice {
	var out types.FsSlice
	for _, spec := range specs {
		if gvk.IsSelected(&spec.Gvk) {
			out = append(out, spec)
		}
	}
	return out
}

// inMetadata reports whether all fields lie in an object's metadata.
func inMetadata(specs types.FsSlice) bool {
	return !slices.ContainsFunc(specs, func(spec types.FieldSpec) bool {
		return !strings.HasPrefix(spec.Path, "metadata/")
	})
}

// steps are the names that a field's path leads through.
func steps(path string) []string { return utils.PathSplitter(path, "/") }
