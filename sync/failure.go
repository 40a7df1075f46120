package sync

import (
	"slices"
	"time"
)

// Failure is what keeps a lot from being in step.
type Failure struct {
	// Verb is the step that failed: Fetch, Render and Apply for the newest
	// commit, Observe for a bundle in place that is not healthy.
	Verb    Verb      `json:"verb"`
	Message string    `json:"message"`
	Since   time.Time `json:"since"`
	// Revision is the one at fault, or the one that could not be carried out.
	Revision Revision `json:"revision"`
}

// failing adds a failure, in the place of an older one of the same verb. It
// reports false if the very same is known already: it need not be written again.
func (st *State) failing(f Failure) bool {
	all := st.failures()
	i := slices.IndexFunc(all, func(known Failure) bool { return known.Verb == f.Verb })
	if i >= 0 && all[i].Message == f.Message && all[i].Revision.Key == f.Revision.Key {
		return false
	}
	if i >= 0 {
		all = slices.Delete(all, i, i+1)
	}
	st.setFailures(append([]Failure{f}, all...))
	return true
}

// mended drops the failures of these verbs and reports whether there were any.
func (st *State) mended(verbs ...Verb) bool {
	all := st.failures()
	left := slices.DeleteFunc(st.failures(), func(f Failure) bool { return slices.Contains(verbs, f.Verb) })
	st.setFailures(left)
	return len(left) < len(all)
}

// failures lists what fails, newest first.
func (st *State) failures() []Failure {
	if st.Failure == nil {
		return nil
	}
	return append([]Failure{*st.Failure}, st.Covered...)
}

func (st *State) setFailures(all []Failure) {
	st.Failure, st.Covered = nil, nil
	if len(all) > 0 {
		newest := all[0]
		st.Failure = &newest
	}
	if len(all) > 1 {
		st.Covered = slices.Clone(all[1:])
	}
}
