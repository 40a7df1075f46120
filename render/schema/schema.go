// Package schema is the part of the Kubernetes OpenAPI schema that a strategic
// merge needs: for each built-in kind, the fields that lead to a merge key. It
// gives the same objects as kustomize's whole schema, in a fraction of the
// memory.
package schema

import (
	_ "embed"
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/openapi"
)

//go:generate go run ./gen -output mergekeys.json

//go:embed mergekeys.json
var mergeKeys []byte

// Use makes this process's kustomize work with the small schema from now on.
// It is for the beginning of a process: kustomize keeps its schema in a global
// variable.
func Use() error {
	if err := openapi.SetSchema(nil, mergeKeys, true); err != nil {
		return fmt.Errorf("set the merge schema: %w", err)
	}
	return nil
}
