// Package render turns a lot's part of a commit into the objects that run
// there: a kustomize build that sees nothing but the snapshot, followed by the
// edge profile, in a child process that limits itself.
package render
