package openapi

import "testing"

// Samples are the objects of testdata/samples.yaml.
func Samples(t testing.TB) []map[string]any {
	t.Helper()
	return samples(t)
}
