// Package state keeps on disk what one lot must still know after a power cut:
// its state, in two slots that are written in turn, and the bundles it names.
//
// The layout of the state directory (0700):
//
//	lock                    held by the process that may write
//	state.0.json            one slot; the one with the higher sequence counts
//	state.1.json            the other one: what holds if the first is damaged
//	bundles/<sha256>.yaml   a bundle's manifest, byte for byte (0600)
//
// Every file is written beside its place, synced, and renamed into it; every
// file is checked when it is read.
package state
