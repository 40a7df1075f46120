package edge

import (
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// pod is a pod, or a template that pods are made from.
type pod struct {
	owner      Object
	ref        sync.Ref // of owner
	template   Object   // has metadata and spec
	spec       Object
	path       string // of spec in owner
	containers []container
	mode       fleet.PortMode // never empty
}

// addPods adds the pods that an object stands for.
func (w *work) addPods(o Object, ref sync.Ref) {
	if at := templatePath(ref); at != "" {
		w.addPod(o, ref, at)
		return
	}
	var at fleet.FieldPath
	found := false
	for _, t := range w.profile.Edge.PodTemplates {
		if t.Group == ref.Group && t.Kind == ref.Kind {
			at = t.Path
			found = w.addPod(o, ref, string(at)) || found
		}
	}
	if at != "" && !found {
		w.fail("placement", o, string(at), "is no pod template: correct the path of %s in spec.edge.podTemplates, or remove it from there", ref.Kind)
	}
}

// templatePath is where a kind of Kubernetes' own keeps its pod template.
func templatePath(ref sync.Ref) string {
	switch ref.Group {
	case "":
		switch ref.Kind {
		case "Pod":
			return "."
		case "ReplicationController":
			return "spec.template"
		}
	case "apps":
		switch ref.Kind {
		case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
			return "spec.template"
		}
	case "batch":
		switch ref.Kind {
		case "Job":
			return "spec.template"
		case "CronJob":
			return "spec.jobTemplate.spec.template"
		}
	}
	return ""
}

// addPod adds the pod whose template lies at a path of o. "." is o itself.
func (w *work) addPod(o Object, ref sync.Ref, at string) bool {
	p := pod{owner: o, ref: ref, template: o, path: "spec"}
	if at != "." {
		for name := range strings.SplitSeq(at, ".") {
			p.template = fields(p.template, name)
		}
		p.path = at + ".spec"
	}
	p.spec = fields(p.template, "spec")
	if p.spec == nil {
		return false
	}
	w.refuseMirror(&p)
	p.mode = w.portModeOf(&p)
	p.containers = containersOf(&p)
	w.pods = append(w.pods, p)
	return true
}

// refuseMirror refuses what the kubelet makes from a file on the node, copied
// out of a cluster: applied, it would be a second, ordinary pod.
func (w *work) refuseMirror(p *pod) {
	annotations := fields(p.template, "metadata", "annotations")
	for _, key := range []string{"kubernetes.io/config.mirror", "kubernetes.io/config.source"} {
		if annotations[key] != nil {
			w.fail("placement", p.owner, strings.TrimSuffix(p.path, "spec")+"metadata.annotations."+key,
				"marks a static pod, which only the kubelet makes: put its file onto the node, or make it a Deployment without this annotation")
		}
	}
}

// labels of the pods, as selectors see them.
func (p *pod) labels() Object { return fields(p.template, "metadata", "labels") }

// lasting reports whether the pod is meant to run on and on.
func (p *pod) lasting() bool {
	policy := Text(p.spec, "restartPolicy")
	return p.ref.Group != "batch" && (policy == "" || policy == "Always")
}

// copies is how many pods of the kind run at a time on the lot's only node.
func (p *pod) copies() int {
	spec, field := fields(p.owner, "spec"), "replicas"
	switch p.ref.Kind {
	case "Pod", "DaemonSet":
		return 1
	case "CronJob":
		spec, field = fields(spec, "jobTemplate", "spec"), "parallelism"
	case "Job":
		field = "parallelism"
	}
	if n, ok := number(spec, field); ok {
		return max(n, 0)
	}
	return 1
}
