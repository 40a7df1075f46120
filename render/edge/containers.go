package edge

// container is a container of a pod.
type container struct {
	Object
	list string // the field of the pod's spec that it stands in
	i    int    // its place there
	// init: it has ended before the others start.
	init bool
	// from and to are the first of its ports that has moved; zero: none has.
	from, to int
	// told: an annotation names what tells the program its port.
	told bool
}

// containersOf lists a pod's containers in the order in which they start.
func containersOf(p *pod) []container {
	var out []container
	for _, list := range []string{"initContainers", "containers"} {
		for i, c := range items(p.spec, list) {
			init := list == "initContainers" && Text(c, "restartPolicy") != "Always"
			out = append(out, container{Object: c, list: list, i: i, init: init})
		}
	}
	return out
}

// at is the path of a container's field in the pod's owner.
func (p *pod) at(c *container, field string) string {
	return index(p.path+"."+c.list, c.i) + "." + field
}

// named is the container with that name, nil if there is none.
func (p *pod) named(name string) *container {
	for i := range p.containers {
		if Text(p.containers[i].Object, "name") == name {
			return &p.containers[i]
		}
	}
	return nil
}
