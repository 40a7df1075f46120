package render

import "github.com/lotsync/lotsync/sync"

// Confine is what a child does to itself first.
var Confine = confine

// Origins is how a plain build learns which file each object came from.
var Origins = origins

// MostBytes bounds what the encoder makes of objects.
var MostBytes = mostBytes

// PreflightTwice is preflight without a memory, and with one that remembers the
// files of all snapshots before.
func PreflightTwice(snaps []sync.Snapshot, limits Limits) (without, with []error) {
	memory := newChecks(limits)
	for _, snap := range snaps {
		_ = preflightWith(snap, limits, memory)
	}
	for _, snap := range snaps {
		without = append(without, preflight(snap, limits))
		with = append(with, preflightWith(snap, limits, memory))
	}
	return without, with
}
