//go:build !race

package git_test

// raceEnabled: the binary was built with the race detector.
const raceEnabled = false
