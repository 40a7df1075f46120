package edge

// missingProbes finds containers that are to run on and on, and that nothing
// asks whether they still do: nobody is at the lot to see a program that hangs.
// Whoever serves must also say when it is ready, or a new version counts as
// healthy before it has answered once.
func (w *work) missingProbes(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		if c.init || !p.lasting() {
			return
		}
		if c.Object["livenessProbe"] == nil {
			w.find(r, p.owner, p.at(c, "livenessProbe"), "is missing: say how the kubelet sees that the program hangs, and must be started again")
		}
		if ports, _ := c.Object["ports"].([]any); len(ports) > 0 && c.Object["readinessProbe"] == nil {
			w.find(r, p.owner, p.at(c, "readinessProbe"), "is missing: say how to see that what listens here can answer")
		}
	})
}
