package openapi

import "testing"

// Samples are the objects of testdata/samples.yaml.
func Samples(t testing.TB) []map[string]any {
	t.Helper()
	return samples(t)
}

// Parse reads the objects of a YAML stream.
func Parse(t testing.TB, text string) []map[string]any {
	t.Helper()
	return parse(t, text)
}
