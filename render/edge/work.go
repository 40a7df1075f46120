package edge

import (
	"fmt"

	"github.com/lotsync/lotsync/fleet"
)

// work is one run of all rules.
type work struct {
	profile  Profile
	pods     []pod    // in the order of their owners
	services []Object // of the core group
	policies []Object // NetworkPolicies
	claims   []Object // PersistentVolumeClaims
	findings []Finding
}

// rule is a rule that speaks.
type rule struct {
	name     string
	severity fleet.Severity
}

// find reports what r has to say about a field of o, or of the profile if o is
// nil.
func (w *work) find(r rule, o Object, field, format string, args ...any) {
	f := Finding{Rule: r.name, Severity: r.severity, Field: field, Message: fmt.Sprintf(format, args...)}
	if o != nil {
		f.Object = RefOf(o)
	}
	w.findings = append(w.findings, f)
}

// fail reports what keeps the lot from running.
func (w *work) fail(name string, o Object, field, format string, args ...any) {
	w.find(rule{name, fleet.SeverityError}, o, field, format, args...)
}

// sort finds the objects that the rules are about. It is done once: rules
// change what is in pods, and never which there are.
func (w *work) sort(objects []Object) {
	for _, o := range objects {
		ref := RefOf(o)
		w.addPods(o, ref)
		switch ref.Group {
		case "":
			switch ref.Kind {
			case "Service":
				w.services = append(w.services, o)
			case "PersistentVolumeClaim":
				w.claims = append(w.claims, o)
			}
		case "networking.k8s.io":
			if ref.Kind == "NetworkPolicy" {
				w.policies = append(w.policies, o)
			}
		}
	}
}

// eachContainer visits all containers of all pods, those that end before the
// others start first.
func (w *work) eachContainer(visit func(p *pod, c *container)) {
	for i := range w.pods {
		p := &w.pods[i]
		for j := range p.containers {
			visit(p, &p.containers[j])
		}
	}
}
