package edge

// SiteLabel names the lot that an object, a pod or a node belongs to.
const SiteLabel = "lotsync.dev/site"

// nodeSelector puts the profile's node selector into every pod. What the
// overlay says itself wins, except for the site: a lot's pods run on its node.
// Affinity is left alone: it narrows the choice further, and never widens it.
func (w *work) nodeSelector() {
	wanted := w.profile.Edge.NodeSelector
	if len(wanted) == 0 {
		return
	}
	for i := range w.pods {
		p := &w.pods[i]
		selector := ensure(p.spec, "nodeSelector")
		if selector == nil {
			w.fail("placement", p.owner, p.path+".nodeSelector", "want labels and values")
			continue
		}
		for key, value := range wanted {
			if _, has := selector[key]; !has || key == SiteLabel {
				selector[key] = value
			}
		}
	}
}
