package edge

import "slices"

// policyPorts makes the ingress rules of a NetworkPolicy follow the pods that
// it selects: they name the pods' own ports. Ports by name need nothing, and
// egress rules stay: what they name may be anywhere.
func (w *work) policyPorts(policy Object) {
	selector := fields(policy, "spec", "podSelector")
	m := w.follow(Text(policy, "metadata", "namespace"), func(p *pod) bool { return selects(selector, p.labels()) })
	for i, rule := range items(fields(policy, "spec"), "ingress") {
		var more []any
		for j, port := range items(rule, "ports") {
			rest, err := m.policyPort(port)
			if err != nil {
				w.fail("ports", policy, index(index("spec.ingress", i)+".ports", j)+".port", "%s", err)
			}
			if rest != nil {
				more = append(more, rest)
			}
		}
		if list, ok := rule["ports"].([]any); ok && more != nil {
			rule["ports"] = slices.Concat(list, more)
		}
	}
}

// policyPort moves a port or a range of ports. A range across 1024 becomes two,
// of which the second is returned: of what it allowed, one part moves and the
// other stays, and nothing else is allowed.
func (m mover) policyPort(port Object) (Object, error) {
	from, isNumber := number(port, "port")
	end, isRange := number(port, "endPort")
	if !isNumber || !isRange || from >= firstFree {
		return nil, m.move(port, "port")
	}
	first, err := m.target(from)
	if err != nil || first == from {
		return nil, err
	}
	last, err := m.target(min(end, firstFree-1))
	if err != nil {
		return nil, err
	}
	port["port"], port["endPort"] = first, last
	if end < firstFree {
		return nil, nil
	}
	rest := Object{"port": firstFree, "endPort": end}
	set(rest, "protocol", Text(port, "protocol"))
	return rest, nil
}
