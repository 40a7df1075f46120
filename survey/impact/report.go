package impact

import (
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// Report is what a change does to a fleet.
type Report struct {
	Radius Radius `json:"radius"`
	// Groups are lots with the same effect: errors first, then the largest.
	Groups []Group `json:"groups"`
}

// Radius is how far a change reaches, in lots.
type Radius struct {
	Lots     int     `json:"lots"`     // all that are there before or after
	Touched  int     `json:"touched"`  // those that come, go, break, mend, or whose objects change
	Percent  float64 `json:"percent"`  // Touched of Lots
	Restarts int     `json:"restarts"` // those where pods restart, start or stop
	Prunes   int     `json:"prunes"`   // those where objects are deleted
	Breaks   int     `json:"breaks"`   // those that do not render, and did or were not there
	Mends    int     `json:"mends"`    // those that render again
	Added    int     `json:"added"`    // those that come, and render
	Removed  int     `json:"removed"`
	// StillBroken do not render either way. They are not touched.
	StillBroken int `json:"stillBroken"`
}

// Kind is what happens to a lot.
type Kind string

// What happens to a lot.
const (
	Broken      Kind = "broken"       // it no longer renders
	AddedBroken Kind = "added-broken" // it is new, and does not render
	StillBroken Kind = "still-broken" // it does not render, for another reason than before
	Changed     Kind = "changed"      // its objects change
	Added       Kind = "added"
	Removed     Kind = "removed"
	Mended      Kind = "mended" // it renders again
)

// Group is the lots to which the same happens.
type Group struct {
	Kind    Kind    `json:"kind"`
	Count   int     `json:"count"`   // of lots
	Percent float64 `json:"percent"` // of all lots
	// Error is why they do not render; of those that mend, why they did not.
	Error string `json:"error,omitempty"`
	// Varies tells that the lots differ in values: of fields that say so, or in
	// the words of the error.
	Varies bool `json:"varies,omitempty"`
	// Effects are what changes, what matters most first. The lot's name stands
	// in it as ${site:name}, with dots as ${site:label}, with hyphens as ${site}.
	// Where all objects that change at a lot are in one namespace, its name is no
	// part of the effect: it is the example's.
	Effects []Effect    `json:"effects,omitempty"`
	Example Example     `json:"example"`
	Sites   []sync.Site `json:"sites"`
}

// Example is one lot of a group.
type Example struct {
	Site sync.Site `json:"site"`
	// Diff is a unified diff of the lot's objects, the values of Secrets hidden.
	// Explain fills it.
	Diff string `json:"diff,omitempty"`

	base, head *survey.Lot
}

// Action is what happens to an object.
type Action string

// What happens to an object.
const (
	Create Action = "created"
	Change Action = "changed"
	Prune  Action = "pruned"
)

// Pods is what happens to the pods of a workload.
type Pods string

// What happens to the pods of a workload.
const (
	PodsStart   Pods = "start"
	PodsStop    Pods = "stop"
	PodsRestart Pods = "restart"
)

// Effect is what happens to one object of a lot.
type Effect struct {
	Action Action `json:"action"`
	// Object is named without the hash that kustomize appends to what it
	// generates.
	Object sync.Ref `json:"object"`
	Fields []Field  `json:"fields,omitempty"`
	// More is the number of changed fields beyond those listed.
	More int `json:"more,omitempty"`
	// Follows are the generated objects whose new names the object takes over;
	// the fields with these names are not listed.
	Follows []string `json:"follows,omitempty"`
	Pods    Pods     `json:"pods,omitempty"`
}

// Field is one field that changes.
type Field struct {
	// Path names items of lists by what tells them apart, as in
	// spec.template.spec.containers[gate].image.
	Path   string      `json:"path"`
	Change FieldChange `json:"change"`
	// Old and New are values as text, or as JSON where they have a structure,
	// cut where they are long. Of texts of several lines they are the lines from
	// the first to the last that differ.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Hidden tells that the value is a secret.
	Hidden bool `json:"hidden,omitempty"`
	// Varies tells that the values are not the same at all lots of the group, and
	// so not given.
	Varies bool `json:"varies,omitempty"`
}

// FieldChange is how a field changes.
type FieldChange string

// How a field changes.
const (
	FieldAdded     FieldChange = "added"
	FieldRemoved   FieldChange = "removed"
	FieldChanged   FieldChange = "changed"
	FieldReordered FieldChange = "reordered" // a list has the same items in another order
)
