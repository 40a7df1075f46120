// Package share builds kustomizations that have much in common: what several
// of them refer to is built once, and is copied only where it changes. The
// objects are those of a plain kustomize build, or there are none.
//
// Kustomize reads, parses, copies and transforms a base again for each lot.
// Its accumulator is internal, and so this package accumulates by itself: it
// goes through a kustomization's fields in kustomize's order, and leaves the
// changes to kustomize's own filters, on copies of only those objects that a
// filter would change. Whatever it does not know to be the same, it refuses
// with ErrUnfit; the caller then builds with kustomize.
//
// A base that is rendered beforehand and used as a file would be simpler, and is
// not the same: names get their hashes and references follow them only at the
// very end, and patches find objects by the names that they once had. A fork of
// kustomize would have to be kept up; its accumulator is small, and its filters,
// which are not, are used as they are.
package share

import "errors"

// ErrUnfit means that a kustomization has, or leads to, something that only
// kustomize itself builds, be it a rare feature or a mistake.
var ErrUnfit = errors.New("only kustomize itself builds this")
