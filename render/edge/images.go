package edge

import (
	"strings"

	"github.com/lotsync/lotsync/fleet"
)

// image is an image's name and what it is held at.
type image struct {
	name   string // as written, without tag and digest
	tag    string
	digest string
}

func parseImage(s string) image {
	name, digest, _ := strings.Cut(s, "@")
	tag := ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}
	return image{name: name, tag: tag, digest: digest}
}

// short is the name by which a rewrite knows the image: Docker Hub's own ones
// have several.
func (i image) short() string {
	name := strings.TrimPrefix(i.name, "docker.io/")
	return strings.TrimPrefix(name, "library/")
}

// rewriteImages replaces image names; tags stay.
func (w *work) rewriteImages() {
	w.eachContainer(func(p pod, c container) {
		i := parseImage(Text(c.Object, "image"))
		to, ok := w.profile.Edge.Images.Rewrite[i.short()]
		switch {
		case !ok || i.name == "":
		case i.digest != "":
			w.fail("images", p.owner, c.path+".image", "%s is held at a digest, which %s does not have: name the image that is meant, or hold it at a tag", i.short(), to)
		case i.tag != "":
			c.Object["image"] = to + ":" + i.tag
		default:
			c.Object["image"] = to
		}
	})
}

// pullPolicy is set where a container has none.
func (w *work) pullPolicy() {
	policy := w.profile.Edge.Images.PullPolicy
	if policy == "" {
		return
	}
	w.eachContainer(func(_ pod, c container) {
		if c.Object["imagePullPolicy"] == nil {
			c.Object["imagePullPolicy"] = string(policy)
		}
	})
}

// latestTag finds images that name no version: two lots with one bundle may run
// different programs.
func (w *work) latestTag() {
	w.eachContainer(func(p pod, c container) {
		i := parseImage(Text(c.Object, "image"))
		if i.name == "" || i.digest != "" || i.tag != "" && i.tag != "latest" {
			return
		}
		w.report(Finding{
			Rule: "latest-tag", Severity: w.profile.Edge.Findings.LatestTag, Field: c.path + ".image",
			Message: Text(c.Object, "image") + " names no version: give it a tag other than latest, or a digest",
		}, p.owner)
	})
}

// alwaysPull finds containers that cannot start while the registry is away.
func (w *work) alwaysPull() {
	w.eachContainer(func(p pod, c container) {
		if Text(c.Object, "imagePullPolicy") != string(fleet.PullAlways) {
			return
		}
		w.report(Finding{
			Rule: "always-pull", Severity: w.profile.Edge.Findings.AlwaysPull, Field: c.path + ".imagePullPolicy",
			Message: "Always keeps the container from starting while the registry is out of reach: use IfNotPresent",
		}, p.owner)
	})
}

func (w *work) eachContainer(visit func(p pod, c container)) {
	for _, p := range w.pods() {
		for _, c := range p.containers() {
			visit(p, c)
		}
	}
}
