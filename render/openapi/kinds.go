package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/fleet"
)

// find returns the shape of a kind, or what is wrong with its name. It returns
// neither for custom resources that nothing is known of.
func (s *Schema) find(name kindName) (*shape, *Problem) {
	known, named := s.kinds[name]
	if known.shape != nil {
		return known.shape, nil
	}
	others := s.others(name)
	if !named && !s.owns(name.group()) && (strings.Contains(string(name.group()), ".") || len(others) == 0) {
		return nil, nil
	}
	switch {
	case len(others) > 0 && s.custom[name.group()]:
		return nil, &Problem{"apiVersion", fmt.Sprintf("%s has no %s: use %s", name.apiVersion, name.kind, others[0])}
	case s.custom[name.group()]:
		return nil, nil // its definition may come from elsewhere
	case len(others) > 0:
		return nil, &Problem{"apiVersion", fmt.Sprintf("%s %s is not in Kubernetes %s: use %s", name.apiVersion, name.kind, s.version, others[0])}
	case named:
		return nil, &Problem{"apiVersion", fmt.Sprintf("%s %s is not in Kubernetes %s: %s", name.apiVersion, name.kind, s.version, s.since(known.in))}
	case s.kindsOf[name.apiVersion] != nil:
		return nil, &Problem{"kind", name.apiVersion + " has no kind " + name.kind + suggest(name.kind, s.kindsOf[name.apiVersion])}
	}
	return nil, &Problem{"apiVersion", fmt.Sprintf("%s %s is not in Kubernetes %s: remove it, or choose another version of Kubernetes to check against", name.apiVersion, name.kind, s.version)}
}

// owns reports whether all kinds of a group are known.
func (s *Schema) owns(g group) bool {
	if g == "" || g == "extensions" { // the first group of all, which left with 1.22
		return true
	}
	for name := range s.kinds {
		if name.group() == g {
			return true
		}
	}
	return false
}

// others are the API versions in which this version of Kubernetes has the kind,
// best first: those of the same group, then the most stable.
func (s *Schema) others(name kindName) []string {
	var out []string
	for other, k := range s.kinds {
		if other.kind == name.kind && k.shape != nil && (!s.custom[other.group()] || other.group() == name.group()) {
			out = append(out, other.apiVersion)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(
			cmp.Compare(foreign(a, name.group()), foreign(b, name.group())),
			cmp.Compare(unstable(a), unstable(b)),
			cmp.Compare(b, a),
		)
	})
	return out
}

func foreign(apiVersion string, g group) int {
	if (kindName{apiVersion: apiVersion}).group() == g {
		return 0
	}
	return 1
}

func unstable(apiVersion string) int {
	switch {
	case strings.Contains(apiVersion, "alpha"):
		return 2
	case strings.Contains(apiVersion, "beta"):
		return 1
	}
	return 0
}

// since says which versions have what this one has not.
func (s *Schema) since(in versions) string {
	known := s.known
	newest, oldest := bits.TrailingZeros(uint(in)), bits.Len(uint(in))-1
	if newest >= len(known) || oldest < 0 || oldest >= len(known) {
		return "remove it"
	}
	if slices.Index(known, s.version) > oldest {
		return "it came with " + known[oldest] + "; remove it, or update the cluster and choose that version"
	}
	return "the last version with it is " + known[newest] + "; remove it"
}

// suggest names the known word that is nearest.
func suggest(word string, known []string) string {
	if len(word) > 100 {
		return ""
	}
	return fleet.DidYouMean(word, known)
}

// clone copies the tables, but not the shapes in them.
func (s *Schema) clone() *Schema {
	out := *s
	out.kinds, out.kindsOf, out.custom = maps.Clone(s.kinds), maps.Clone(s.kindsOf), maps.Clone(s.custom)
	if out.custom == nil {
		out.custom = map[group]bool{}
	}
	return &out
}
