// Package emulated has tests that run parts of lotsync on the processors of the
// lots, which an emulator stands in for.
package emulated
