package edge

// missingLimits finds containers without a memory limit: on a node of 1 GB, one
// of them can take the others down.
func (w *work) missingLimits(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		if fields(c.Object, "resources", "limits")["memory"] == nil && podLimit(p) == nil {
			w.find(r, p.owner, p.at(c, "resources.limits.memory"), "is missing: say how much memory the container may take")
		}
	})
}

// podLimit is the memory limit of a pod as a whole, nil if it has none.
func podLimit(p *pod) any { return fields(p.spec, "resources", "limits")["memory"] }
