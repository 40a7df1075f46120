package render

import "time"

// Limits bounds what one lot may cost. What is over a limit is refused before
// kustomize sees it, where that can be told beforehand; the child process is the
// wall behind.
type Limits struct {
	FileBytes      int           // of one file
	TotalBytes     int           // of all files
	Files          int           // in the snapshot
	Kustomizations int           // built for one lot; one that is used twice counts twice
	Objects        int           // in the bundle, and in the files that are read for it
	Depth          int           // of nested fields and lists
	Keys           int           // in one map: kustomize's time grows with their square
	Work           int           // changes that the lot's kustomizations make, times its objects: see weigh
	Nodes          int           // of all YAML that is read, aliases counted as often as they are used
	ManifestBytes  int           // of the bundle
	Memory         int           // bytes of data that the child may map; Go maps its heap in steps of 64 MB (4 on 32 bits)
	Timeout        time.Duration // from start to end of the child
}

// DefaultLimits suits a lot of some hundred objects on a Raspberry Pi.
func DefaultLimits() Limits {
	return Limits{
		FileBytes:      256 << 10,
		TotalBytes:     2 << 20,
		Files:          1000,
		Kustomizations: 100,
		Objects:        300,
		Depth:          64,
		Keys:           2000,
		Work:           100_000,
		Nodes:          100_000,
		ManifestBytes:  4 << 20,
		Memory:         128 << 20,
		Timeout:        time.Minute,
	}
}
