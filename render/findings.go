package render

import (
	"errors"
	"fmt"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// refused makes an error of the findings that keep the lot from running, all of
// them, each with the file that the object came from.
func refused(snap sync.Snapshot, out Output) error {
	var problems []error
	var files map[sync.Ref]string
	for _, f := range out.Findings {
		if f.Severity != fleet.SeverityError {
			continue
		}
		if f.Object == (sync.Ref{}) {
			problems = append(problems, fmt.Errorf("%s or %s: %s", fleet.File(snap.Dir), fleet.SiteFile(snap.Dir, snap.Site), f))
			continue
		}
		if files == nil {
			files = filesOf(snap, out)
		}
		problems = append(problems, fmt.Errorf("%s%s", files[f.Object], f))
	}
	return errors.Join(problems...)
}
