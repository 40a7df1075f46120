// Package check measures what it costs to check a whole fleet before a commit
// goes out: lotsync's validate and impact beside kubectl kustomize, once for
// each lot, on one generated fleet, each as a whole process.
package check
