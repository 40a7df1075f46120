package sync

// Verb is what a pass does next.
type Verb string

// The verbs, in the order in which a commit meets them.
const (
	Fetch   Verb = "fetch"
	Render  Verb = "render"
	Apply   Verb = "apply"
	Observe Verb = "observe"
	Prune   Verb = "prune"
	Rest    Verb = "rest"
)
