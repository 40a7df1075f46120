package edge

import (
	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// Profile is what the rules work from.
type Profile struct {
	Site   sync.Site
	Labels map[string]string // the site's own
	Vars   map[string]string
	Edge   fleet.Edge
	// NodeMemory is the memory of the lot's node; empty if it is not known.
	NodeMemory fleet.Quantity
}

// Finding is what a rule has to say about an object.
type Finding struct {
	Rule     string         `json:"rule"` // such as ports or latest-tag
	Severity fleet.Severity `json:"severity"`
	Object   sync.Ref       `json:"object"` // zero: the profile itself
	Field    string         `json:"field"`
	Message  string         `json:"message"` // what is wrong, and what to do
}

// String is the form that people read.
func (f Finding) String() string {
	s := f.Field + ": " + f.Message
	if f.Object == (sync.Ref{}) {
		return s
	}
	return f.Object.String() + ": " + s
}

// Apply changes the objects as the profile asks. What it finds is in the order
// of the rules, and in that of the objects for each; a finding of severity
// error means that the objects must not be applied.
func Apply(objects []Object, p Profile) []Finding {
	w := &work{profile: p}
	w.variables(objects)
	w.sort(objects)
	w.labels(objects)
	w.rewriteImages()
	w.pullPolicy()
	w.nodeSelector()
	w.tolerations()
	w.ports()
	w.look()
	return w.findings
}

// look runs the rules that change nothing and whose severity the fleet chooses.
// Each is a field of fleet.Findings.
func (w *work) look() {
	severities := w.profile.Edge.Findings.Severities()
	for _, r := range []struct {
		name string
		find func(w *work, r rule)
	}{
		{"latest-tag", (*work).latestTag},
		{"no-digest", (*work).noDigest},
		{"always-pull", (*work).alwaysPull},
		{"port-moved", (*work).portMoved},
		{"missing-limits", (*work).missingLimits},
		{"memory-sum", (*work).memorySum},
		{"missing-probes", (*work).missingProbes},
		{"restart-policy", (*work).restartPolicy},
		{"topology-spread", (*work).topologySpread},
		{"local-storage", (*work).localStorage},
	} {
		if severity := severities[r.name]; severity != fleet.SeverityOff {
			r.find(w, rule{r.name, severity})
		}
	}
}
