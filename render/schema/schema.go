// Package schema is the part of the Kubernetes OpenAPI schema that a strategic
// merge needs: for each built-in kind, the fields that lead to a merge key. It
// gives the same objects as kustomize's whole schema, in a fraction of the
// memory.
package schema

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"

	"sigs.k8s.io/kustomize/kyaml/openapi"
)

//go:generate go run ./gen -output mergekeys.json.gz

//go:embed mergekeys.json.gz
var mergeKeys []byte

// Use makes this process's kustomize work with the small schema from now on.
// It is for the beginning of a process: kustomize keeps its schema in a global
// variable.
func Use() error {
	unpacked, err := gzip.NewReader(bytes.NewReader(mergeKeys))
	if err != nil {
		return fmt.Errorf("read the merge schema: %w", err)
	}
	schema, err := io.ReadAll(unpacked)
	if err != nil {
		return fmt.Errorf("read the merge schema: %w", err)
	}
	if err := openapi.SetSchema(nil, schema, true); err != nil {
		return fmt.Errorf("set the merge schema: %w", err)
	}
	return nil
}
