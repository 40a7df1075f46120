// Package survey is what every lot of a fleet renders to: all lots of one state
// of a fleet repository, each built as its agent would build it, with what they
// have in common built once and what has not changed since the last time not
// built again.
package survey
