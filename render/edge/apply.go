package edge

import (
	"fmt"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// Profile is what the rules work from.
type Profile struct {
	Site   sync.Site
	Labels map[string]string // the site's own
	Vars   map[string]string
	Edge   fleet.Edge
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
// of the objects; a finding of severity error means that the objects must not
// be applied.
func Apply(objects []Object, p Profile) []Finding {
	w := &work{objects: objects, profile: p}
	w.variables()
	w.rewriteImages()
	w.pullPolicy()
	w.nodeSelector()
	w.tolerations()
	w.ports()
	w.nodePorts()
	w.hostPorts()
	w.labels()
	w.latestTag()
	w.alwaysPull()
	w.missingLimits()
	return w.findings
}

// work is one run of all rules.
type work struct {
	objects  []Object
	profile  Profile
	findings []Finding
}

// fail reports what keeps the lot from running.
func (w *work) fail(rule string, o Object, field, format string, args ...any) {
	w.report(Finding{Rule: rule, Severity: fleet.SeverityError, Field: field, Message: fmt.Sprintf(format, args...)}, o)
}

// report adds a finding about o, or about the profile if o is nil.
func (w *work) report(f Finding, o Object) {
	if f.Severity == "" {
		f.Severity = fleet.SeverityWarning
	}
	if f.Severity == fleet.SeverityOff {
		return
	}
	if o != nil {
		f.Object = RefOf(o)
	}
	w.findings = append(w.findings, f)
}
