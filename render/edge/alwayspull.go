package edge

import "github.com/lotsync/lotsync/fleet"

// alwaysPull finds containers that cannot start while the registry is away.
func (w *work) alwaysPull(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		if Text(c.Object, "imagePullPolicy") == string(fleet.PullAlways) {
			w.find(r, p.owner, p.at(c, "imagePullPolicy"), "Always keeps the container from starting while the registry is out of reach: use IfNotPresent")
		}
	})
}
