package edge

// latestTag finds images that name no version: two lots with one bundle may run
// different programs.
func (w *work) latestTag(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		i := c.image()
		if i.name == "" || i.digest != "" || i.tag != "" && i.tag != "latest" {
			return
		}
		w.find(r, p.owner, p.at(c, "image"), "%s names no version: give it a tag other than latest, or a digest", Text(c.Object, "image"))
	})
}
