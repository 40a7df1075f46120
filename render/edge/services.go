package edge

// targetPorts makes a Service follow the pods that it selects. Target ports by
// name need nothing: each pod knows its own. A numeric one moves; one that is
// left out is the Service's own port, which stays, and so it is written out
// first. A headless Service is only a name for the pods' addresses: its port is
// the pods' and moves too.
func (w *work) targetPorts(service Object) {
	spec := fields(service, "spec")
	selector := fields(spec, "selector")
	if len(selector) == 0 || Text(spec, "type") == "ExternalName" {
		return
	}
	m := w.follow(Text(service, "metadata", "namespace"), func(p *pod) bool { return matches(selector, p.labels()) })
	headless := Text(spec, "clusterIP") == "None"
	for i, port := range items(spec, "ports") {
		own, isNumber := number(port, "port")
		omitted := port["targetPort"] == nil && isNumber
		if to, err := m.target(own); omitted && err == nil && to != own {
			port["targetPort"] = own
		} else if omitted && err != nil {
			w.fail("ports", service, index("spec.ports", i)+".targetPort", "%s (it is left out, and so it is the Service's own port)", err)
		}
		if err := m.move(port, "targetPort"); err != nil {
			w.fail("ports", service, index("spec.ports", i)+".targetPort", "%s", err)
		}
		if !headless {
			continue
		}
		if err := m.move(port, "port"); err != nil && !omitted {
			w.fail("ports", service, index("spec.ports", i)+".port", "%s", err)
		}
	}
}
