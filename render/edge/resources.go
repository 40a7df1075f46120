package edge

// missingLimits finds containers without a memory limit: on a node of 1 GB, one
// of them can take the others down.
func (w *work) missingLimits() {
	w.eachContainer(func(p pod, c container) {
		if fields(c.Object, "resources", "limits")["memory"] != nil {
			return
		}
		w.report(Finding{
			Rule: "missing-limits", Severity: w.profile.Edge.Findings.MissingLimits, Field: c.path + ".resources.limits.memory",
			Message: "is missing: say how much memory the container may take",
		}, p.owner)
	})
}
