// Package sites holds the sample fleet: what the demo serves, the tests render, and
// the documentation explains. It is laid out as a fleet repository's sites folder is.
package sites

import "embed"

//go:embed fleet.yaml base components regions be de fr nl
var files embed.FS

// Files returns the fleet's files by their path below the sites folder, such as
// nl/ams/0042/site.yaml. It holds data only: no Go files and no README.
func Files() embed.FS { return files }
