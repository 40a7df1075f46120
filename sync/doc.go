// Package sync is the domain of lotsync: what one lot knows (State), what it
// sees (Observation), what it does next (Decide), and the loop that does it
// (Agent). It needs nothing but the standard library; Git, kustomize, the
// Kubernetes API and the disk are behind the small interfaces in ports.go.
package sync
