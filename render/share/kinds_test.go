package share_test

import (
	_ "embed"
	"strings"
)

//go:embed testdata/kinds.yaml
var kindsFile string

// kinds are objects that refer to each other in all the ways that kustomize
// follows. @ stands for what makes their names differ.
func kinds() []string { return strings.Split(kindsFile, "---\n") }
