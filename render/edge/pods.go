package edge

import "strconv"

// pod is a pod, or a template that pods are made from.
type pod struct {
	owner     Object
	namespace string
	template  Object // has metadata and spec
	spec      Object
	path      string // of spec in owner
}

// pods lists the pods of all objects.
func (w *work) pods() []pod {
	var out []pod
	for _, o := range w.objects {
		template, path := podTemplate(o)
		spec := fields(template, "spec")
		if spec == nil {
			continue
		}
		out = append(out, pod{owner: o, namespace: Text(o, "metadata", "namespace"), template: template, spec: spec, path: path + "spec"})
	}
	return out
}

// podTemplate is the part of an object that becomes a pod, and the way to it.
func podTemplate(o Object) (template Object, path string) {
	ref := RefOf(o)
	switch ref.Group + "/" + ref.Kind {
	case "/Pod":
		return o, ""
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job":
		return fields(o, "spec", "template"), "spec.template."
	case "batch/CronJob":
		return fields(o, "spec", "jobTemplate", "spec", "template"), "spec.jobTemplate.spec.template."
	}
	return nil, ""
}

// container is a container of a pod, with its place in the owner.
type container struct {
	Object
	path string
	// init: it has ended before the others start.
	init bool
}

func (p pod) containers() []container {
	var out []container
	for _, list := range []string{"initContainers", "containers"} {
		for i, c := range items(p.spec, list) {
			init := list == "initContainers" && Text(c, "restartPolicy") != "Always"
			out = append(out, container{Object: c, path: index(p.path+"."+list, i), init: init})
		}
	}
	return out
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
