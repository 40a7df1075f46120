package edge

// noDigest finds images that are held at a tag only, which can come to mean
// another program.
func (w *work) noDigest(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		if i := c.image(); i.name != "" && i.digest == "" {
			w.find(r, p.owner, p.at(c, "image"), "%s has no digest: write %s@sha256:… with that of the version that is meant", Text(c.Object, "image"), i.name)
		}
	})
}
