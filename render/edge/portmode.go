package edge

import "github.com/lotsync/lotsync/fleet"

// PortMode is the annotation that says for one object what becomes of its ports
// below 1024: remap, reject or allow, instead of what the fleet or the lot
// says. It stands at what pods are made from, a Deployment for example, and all
// that refers to the pods follows. At a LoadBalancer Service it is for the
// ports that k3s opens on the node for it.
const PortMode = "lotsync.dev/ports"

// portModeOf is the mode of a pod's ports.
func (w *work) portModeOf(p *pod) fleet.PortMode {
	if p.path != "spec" && fields(p.template, "metadata", "annotations")[PortMode] != nil {
		w.fail("ports", p.owner, p.path[:len(p.path)-len("spec")]+"metadata.annotations."+PortMode,
			"is read at the %s itself, not at its pods: move it to metadata.annotations", p.ref.Kind)
	}
	return w.portMode(p.owner)
}

// portMode is the mode that an object's annotation chooses, or else the
// profile's.
func (w *work) portMode(o Object) fleet.PortMode {
	given, ok := fields(o, "metadata", "annotations")[PortMode]
	if ok {
		switch mode := fleet.PortMode(text(given)); mode {
		case fleet.Remap, fleet.Reject, fleet.Allow:
			return mode
		}
		w.fail("ports", o, "metadata.annotations."+PortMode, "%v is not one of %s, %s, %s: correct it", given, fleet.Remap, fleet.Reject, fleet.Allow)
	}
	if mode := w.profile.Edge.Ports.Mode; mode != "" {
		return mode
	}
	return fleet.Remap
}

// follow is what becomes of a port that names one of pods elsewhere: it does as
// their own do. Without such pods it stays.
func (w *work) follow(namespace string, selected func(p *pod) bool) mover {
	m := mover{mode: fleet.Allow, offset: w.offset()}
	for i := range w.pods {
		p := &w.pods[i]
		switch {
		case p.ref.Namespace != namespace || !selected(p):
		case p.mode == fleet.Allow:
			m.stays = p
		case m.mode != fleet.Reject:
			m.mode, m.moves = p.mode, p
		}
	}
	return m
}
