package edge

// restartPolicy finds bare pods. The kubelet restarts their containers at best;
// a pod that was evicted, or whose node was set up anew, stays away until
// somebody looks.
func (w *work) restartPolicy(r rule) {
	for i := range w.pods {
		p := &w.pods[i]
		switch policy := Text(p.spec, "restartPolicy"); {
		case p.ref.Group != "" || p.ref.Kind != "Pod":
		case policy == "" || policy == "Always":
			w.find(r, p.owner, "kind", "a bare Pod is not made anew when it is evicted: make it a Deployment of one replica")
		default:
			w.find(r, p.owner, "spec.restartPolicy", "%s ends this bare Pod for good: make it a Job if it has an end, or a Deployment if not", policy)
		}
	}
}
