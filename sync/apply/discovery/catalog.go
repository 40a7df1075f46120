// Package discovery reads which kinds an API server has. It speaks the
// aggregated form, which is one answer for all groups, and falls back to the
// older ones.
package discovery

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is how the API server serves a kind.
type Resource struct {
	schema.GroupVersionResource

	Kind       string
	Namespaced bool
	Verbs      []string
}

// Can reports whether the server takes verb for the resource.
func (r Resource) Can(verb string) bool { return slices.Contains(r.Verbs, verb) }

// Catalog is every kind that the API server has.
type Catalog struct {
	// kinds has the versions of a kind in the server's order of preference.
	kinds map[schema.GroupKind][]Resource
	// stale are the groups whose own server did not answer.
	stale map[string]bool
}

// New makes a catalog of resources.
func New(resources ...Resource) Catalog {
	c := Catalog{kinds: map[schema.GroupKind][]Resource{}, stale: map[string]bool{}}
	for _, r := range resources {
		c.add(r)
	}
	return c
}

// Find gives the resource of a kind in exactly its version.
func (c Catalog) Find(kind schema.GroupVersionKind) (Resource, bool) {
	for _, r := range c.kinds[kind.GroupKind()] {
		if r.Version == kind.Version {
			return r, true
		}
	}
	return Resource{}, false
}

// FindAny gives the resource of a kind in the version asked for, or else in the
// one that the server prefers.
func (c Catalog) FindAny(kind schema.GroupVersionKind) (Resource, bool) {
	if r, ok := c.Find(kind); ok {
		return r, true
	}
	if all := c.kinds[kind.GroupKind()]; len(all) > 0 {
		return all[0], true
	}
	return Resource{}, false
}

// Versions lists the versions in which the server has a kind.
func (c Catalog) Versions(kind schema.GroupKind) []string {
	var out []string
	for _, r := range c.kinds[kind] {
		out = append(out, r.Version)
	}
	return out
}

// Stale reports whether the group's own server did not answer, so that a kind
// of it may be missing from the catalog.
func (c Catalog) Stale(group string) bool { return c.stale[group] }

// Namespaced lists what can be listed in a namespace, each kind once.
func (c Catalog) Namespaced() []Resource {
	var out []Resource
	for _, all := range c.kinds {
		if r := all[0]; r.Namespaced && r.Can("list") {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Resource) int {
		return strings.Compare(a.Group+"/"+a.Resource, b.Group+"/"+b.Resource)
	})
	return out
}

func (c Catalog) add(r Resource) {
	kind := schema.GroupKind{Group: r.Group, Kind: r.Kind}
	c.kinds[kind] = append(c.kinds[kind], r)
}
