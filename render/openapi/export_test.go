package openapi

import "testing"

// Samples are the objects of testdata/samples.yaml.
func Samples(tb testing.TB) []map[string]any {
	tb.Helper()
	return samples(tb)
}

// Parse reads the objects of a YAML stream.
func Parse(tb testing.TB, text string) []map[string]any {
	tb.Helper()
	return parse(tb, text)
}
