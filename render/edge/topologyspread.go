package edge

import "slices"

const hostname = "kubernetes.io/hostname"

// topologySpread finds pods that would wait for a second node for ever: a lot
// has one.
//
// A spread over nodes that has to be met is no trouble as such: the scheduler
// counts only the nodes that the pod may run on, and over one node everything
// is spread evenly. It is when the spread asks for more nodes (minDomains), or
// counts nodes of others (nodeAffinityPolicy: Ignore), or goes by a label that
// the node does not have.
func (w *work) topologySpread(r rule) {
	for i := range w.pods {
		p := &w.pods[i]
		for j, c := range items(p.spec, "topologySpreadConstraints") {
			if Text(c, "whenUnsatisfiable") != "ScheduleAnyway" {
				w.spread(r, p, c, index(p.path+".topologySpreadConstraints", j))
			}
		}
		terms := fields(p.spec, "affinity", "podAntiAffinity")
		for j, term := range items(terms, "requiredDuringSchedulingIgnoredDuringExecution") {
			if Text(term, "topologyKey") == hostname {
				w.apart(r, p, term, index(p.path+".affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution", j))
			}
		}
	}
}

func (w *work) spread(r rule, p *pod, c Object, path string) {
	key := Text(c, "topologyKey")
	if !w.nodeHas(key) {
		w.find(r, p.owner, path+".topologyKey", "%s is no label that a lot's node is known to have, and without it the pods wait for ever: remove the constraint, or set the label with spec.edge.nodeLabels", key)
		return
	}
	skew, _ := number(c, "maxSkew")
	domains, _ := number(c, "minDomains")
	if p.copies() <= max(skew, 1) {
		return
	}
	switch {
	case domains > 1:
		w.find(r, p.owner, path+".minDomains", "asks for %d nodes, and a lot has one: of %d pods only %d would start: remove it, or use whenUnsatisfiable: ScheduleAnyway", domains, p.copies(), max(skew, 1))
	case Text(c, "nodeAffinityPolicy") == "Ignore" && key == hostname:
		w.find(r, p.owner, path+".nodeAffinityPolicy", "Ignore counts the nodes of other lots, which the pods cannot use: of %d pods only %d would start beside others' nodes: remove it", p.copies(), max(skew, 1))
	}
}

// nodeHas reports whether a lot's node is known to have a label: one that
// Kubernetes sets on each node, or that the profile knows of.
func (w *work) nodeHas(key string) bool {
	if slices.Contains([]string{hostname, "kubernetes.io/os", "kubernetes.io/arch", ""}, key) {
		return true
	}
	_, set := w.profile.Edge.NodeLabels[key]
	_, selected := w.profile.Edge.NodeSelector[key]
	return set || selected
}

// apart finds required anti-affinity between pods of the lot: they would have
// to run on two nodes.
func (w *work) apart(r rule, p *pod, term Object, path string) {
	selector, given := term["labelSelector"].(Object)
	if !given {
		return // selects nothing
	}
	for i := range w.pods {
		other := &w.pods[i]
		if !sees(p, term, other) || !selects(selector, other.labels()) {
			continue
		}
		itself := p == other
		switch {
		case itself && p.copies() > 1:
			w.find(r, p.owner, path, "keeps its own pods off one node, and a lot has one: of %d pods one would start: run one replica, or prefer it only", p.copies())
		case !itself:
			w.find(r, p.owner, path, "keeps its pods off the node of %s, and a lot has one node: prefer it only", other.ref)
		}
	}
}

// sees reports whether a term of p's affinity is about the namespace of other.
// Namespaces that are chosen by their labels are not looked at.
func sees(p *pod, term Object, other *pod) bool {
	if names, ok := term["namespaces"].([]any); ok && len(names) > 0 {
		return slices.ContainsFunc(names, func(v any) bool { return text(v) == other.ref.Namespace })
	}
	return p.ref.Namespace == other.ref.Namespace
}
