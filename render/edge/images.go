package edge

import "strings"

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

func (c *container) image() image { return parseImage(Text(c.Object, "image")) }

// rewriteImages replaces image names; tags stay.
func (w *work) rewriteImages() {
	w.eachContainer(func(p *pod, c *container) {
		i := c.image()
		to, ok := w.profile.Edge.Images.Rewrite[i.short()]
		switch {
		case !ok || i.name == "":
		case i.digest != "":
			w.fail("images", p.owner, p.at(c, "image"), "%s is held at a digest, which %s does not have: name the image that is meant, or hold it at a tag", i.short(), to)
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
	w.eachContainer(func(_ *pod, c *container) {
		if c.Object["imagePullPolicy"] == nil {
			c.Object["imagePullPolicy"] = string(policy)
		}
	})
}
