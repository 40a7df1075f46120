// Package rbac works out, from a bundle alone, the Role that an agent needs to
// keep the bundle in a cluster.
package rbac

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// Rule is one rule of a Role.
type Rule struct {
	APIGroups []string `json:"apiGroups"`
	Resources []string `json:"resources"`
	Verbs     []string `json:"verbs"`
}

// Rights are the rules that a bundle needs, and what is uncertain about them.
type Rights struct {
	Rules []Rule
	// Guessed lists the resources whose plural was formed by rule, because
	// nothing here knows their kind: "gates.parking.example.com".
	Guessed []string
}

// Of lists the rights for the kinds of a bundle in one namespace: to read,
// apply and delete them, to keep the inventory, and to read the pods of a
// workload that ails. Where the bundle has Roles or RoleBindings, the agent's
// account must besides hold every right that they give. It fails with
// sync.ErrInvalid on objects to which no Role in the namespace can give rights.
func Of(bundle sync.Bundle, namespace string) (Rights, error) {
	objects, err := object.Parse(bundle.Manifest)
	if err != nil {
		return Rights{}, err
	}
	if err := outside(objects, namespace); err != nil {
		return Rights{}, err
	}
	verbs := map[schema.GroupResource][]string{
		{Resource: "configmaps"}: {"create", "get", "patch"}, // the inventory
		{Resource: "pods"}:       {"list"},                   // what an ailing workload's pods say
	}
	var out Rights
	for _, o := range objects {
		resource, known := plural(o.Kind().GroupKind())
		if !known && verbs[resource] == nil {
			out.Guessed = append(out.Guessed, resource.String())
		}
		verbs[resource] = []string{"create", "delete", "get", "list", "patch"}
	}
	out.Rules = rules(verbs)
	return out, nil
}

// outside finds what is beyond the reach of a Role in the namespace.
func outside(objects []object.Object, namespace string) error {
	crds := map[schema.GroupKind]bool{}
	for _, o := range objects {
		for _, r := range discovery.OfCRD(o.Body) {
			crds[schema.GroupKind{Group: r.Group, Kind: r.Kind}] = !r.Namespaced
		}
	}
	var found []error
	for _, o := range objects {
		kind := o.Kind().GroupKind()
		switch {
		case clusterScoped(kind) || crds[kind]:
			found = append(found, fmt.Errorf("%s is in no namespace, and needs rights in the whole cluster", o.Ref))
		case cmp.Or(o.Ref.Namespace, "default") != namespace:
			found = append(found, fmt.Errorf("%s is not in namespace %s, which the Role is for", o.Ref, namespace))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return fmt.Errorf("%w: a Role in namespace %s cannot give the rights for %d objects: take them out of the lot, or let an agent with more rights keep it:\n%w",
		sync.ErrInvalid, namespace, len(found), errors.Join(found...))
}

// rules joins resources of one group with equal verbs.
func rules(verbs map[schema.GroupResource][]string) []Rule {
	joined := map[string]*Rule{}
	for resource, allowed := range verbs {
		key := resource.Group + " " + strings.Join(allowed, ",")
		if joined[key] == nil {
			joined[key] = &Rule{APIGroups: []string{resource.Group}, Verbs: allowed}
		}
		joined[key].Resources = append(joined[key].Resources, resource.Resource)
	}
	out := make([]Rule, 0, len(joined))
	for _, rule := range joined {
		slices.Sort(rule.Resources)
		out = append(out, *rule)
	}
	slices.SortFunc(out, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.APIGroups[0], b.APIGroups[0]), cmp.Compare(a.Resources[0], b.Resources[0]))
	})
	return out
}

// Role writes the rights as a Role.
func Role(rights Rights, namespace, name string) ([]byte, error) {
	body, err := yaml.Marshal(map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1",
		"kind":       "Role",
		"metadata":   map[string]any{"name": name, "namespace": namespace},
		"rules":      rights.Rules,
	})
	if err != nil {
		return nil, fmt.Errorf("role %s/%s: %w", namespace, name, err)
	}
	if len(rights.Guessed) == 0 {
		return body, nil
	}
	note := fmt.Sprintf("# Guessed from the kind, as their CustomResourceDefinition is not here: check %s.\n",
		strings.Join(rights.Guessed, ", "))
	return append([]byte(note), body...), nil
}
