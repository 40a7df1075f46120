package render

import (
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"
)

// definition is what kustomize follows in a file of crds: the types that a
// type's properties refer to.
type definition struct {
	Schema struct {
		Properties map[string]struct {
			Ref string `json:"$ref"`
		} `json:"properties"`
	} `json:"Schema"`
}

// checkDefinitions refuses types that refer to themselves, or that branch
// without end: kustomize follows each way through them to its end.
func checkDefinitions(file string, data []byte, limits Limits) error {
	var types map[string]definition
	if err := yaml.Unmarshal(data, &types); err != nil {
		return fmt.Errorf("%s: is no file of type definitions: %w: correct it", file, err)
	}
	steps := 0
	var follow func(name string, depth int) error
	follow = func(name string, depth int) error {
		if steps++; depth > limits.Depth || steps > limits.Keys {
			return fmt.Errorf("%s: the type %s refers to itself, or to too many others: remove the $ref", file, name)
		}
		properties := types[name].Schema.Properties
		for _, field := range slices.Sorted(maps.Keys(properties)) {
			if properties[field].Ref == "" {
				continue
			}
			if err := follow(properties[field].Ref, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if err := follow(name, 0); err != nil {
			return err
		}
	}
	return nil
}
