package sync

import "time"

// Phase is how far a bundle has come.
type Phase string

// The phases of a bundle.
const (
	// Applying: it may be in the cluster in part.
	Applying Phase = "applying"
	// Judging: it is in the cluster whole, and watched.
	Judging Phase = "judging"
	// Good: it was healthy for the settling time, and what it replaced is gone.
	Good Phase = "good"
	// Ailing: it did not become healthy in time.
	Ailing Phase = "ailing"
)

// Rollout is one bundle on its way or in place.
type Rollout struct {
	Digest   Digest    `json:"digest"`
	Revision Revision  `json:"revision"`
	Phase    Phase     `json:"phase"`
	Since    time.Time `json:"since"` // when Phase began
}

// Rendering remembers what a revision rendered to, so that equal input is not
// rendered again.
type Rendering struct {
	Key     Digest `json:"key"`
	Version string `json:"version"` // the Renderer's
	Digest  Digest `json:"digest"`  // the bundle's; empty if the render failed
}

// Event is a line of the lot's history.
type Event struct {
	Time   time.Time `json:"time"`
	What   string    `json:"what"` // "applied", "good", "repaired", "failed", …
	Why    string    `json:"why,omitempty"`
	Commit Commit    `json:"commit,omitempty"`
	Digest Digest    `json:"digest,omitempty"`
	// Changes counts the objects that were created, changed or deleted.
	Changes int `json:"changes,omitempty"`
}

// maxHistory bounds the history that is kept.
const maxHistory = 50

// State is everything of a lot that must survive a power cut, next to the
// bundles it names.
type State struct {
	Site Site `json:"site"`
	// Seen is the newest revision that Git showed when the state was saved.
	Seen     Revision  `json:"seen"`
	Policy   Policy    `json:"policy"`
	Rendered Rendering `json:"rendered"`
	// Current is the bundle in place.
	Current *Rollout `json:"current,omitempty"`
	// Next is the intention: the bundle that is being applied. It is saved
	// before the cluster is touched.
	Next *Rollout `json:"next,omitempty"`
	// Good is the last bundle that was good.
	Good *Rollout `json:"good,omitempty"`
	// Failure is the newest of what keeps the lot from being in step.
	Failure *Failure `json:"failure,omitempty"`
	// Covered are older failures that still stand, one for each verb: what is
	// mended in one respect is not in step in another.
	Covered []Failure `json:"covered,omitempty"`
	History []Event   `json:"history,omitempty"`
	Traffic Traffic   `json:"traffic,omitzero"`
}

// Bundles lists the digests that the state needs.
func (st *State) Bundles() []Digest {
	var out []Digest
	for _, r := range []*Rollout{st.Current, st.Next, st.Good} {
		if r != nil {
			out = append(out, r.Digest)
		}
	}
	return out
}

// record adds an event and drops the oldest beyond the bound.
func (st *State) record(e Event) {
	st.History = append(st.History, e)
	if extra := len(st.History) - maxHistory; extra > 0 {
		st.History = append([]Event(nil), st.History[extra:]...)
	}
}

// clone is a copy that shares nothing that changes.
func (st *State) clone() State {
	c := *st
	for _, r := range []**Rollout{&c.Current, &c.Next, &c.Good} {
		if *r != nil {
			copied := **r
			*r = &copied
		}
	}
	if st.Failure != nil {
		f := *st.Failure
		c.Failure = &f
	}
	c.Covered = append([]Failure(nil), st.Covered...)
	c.History = append([]Event(nil), st.History...)
	return c
}
