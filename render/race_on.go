//go:build race

package render

// raceEnabled: the binary was built with the race detector.
const raceEnabled = true
