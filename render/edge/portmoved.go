package edge

const unprivilegedNginx = "nginxinc/nginx-unprivileged"

// portMoved finds programs that are known to listen on a port below 1024 and
// whose container's port has moved, with nothing that tells them so.
func (w *work) portMoved(r rule) {
	w.eachContainer(func(p *pod, c *container) {
		if c.from == 0 || c.told {
			return
		}
		image := c.image().short()
		if mend := listensBelow(image); mend != "" {
			w.find(r, p.owner, p.at(c, "image"), "%s listens on %d, and does not follow to %d by itself: %s", Text(c.Object, "image"), c.from, c.to, mend)
		}
		if image == unprivilegedNginx && c.to != 8080 {
			w.find(r, p.owner, p.at(c, "image"), "%s listens on 8080, and not on %d, where port %d has moved: use an offset of 8000 and port 80, or mount a configuration that listens there and name its port in a variable (annotation %s)", Text(c.Object, "image"), c.to, c.from, PortsEnv)
		}
	})
}

// listensBelow is the mend for an image that is known to listen below 1024,
// empty for others.
func listensBelow(image string) string {
	switch image {
	case "nginx":
		return "rewrite it with spec.edge.images.rewrite: {nginx: nginxinc/nginx-unprivileged}, which listens on 8080"
	case "traefik":
		return "give it a flag such as --entrypoints.web.address=:80, and name that in the annotation " + PortsArgs
	case "caddy":
		return "say http_port 8080 and https_port 8443 in its Caddyfile, and write those as the container's ports"
	case "httpd":
		return "mount a httpd.conf with Listen 8080, and write 8080 as the container's port"
	case "haproxy":
		return "bind its frontends above 1023 in haproxy.cfg, and write those as the container's ports"
	case "varnish":
		return "give it the variable VARNISH_HTTP_PORT, and name that in the annotation " + PortsEnv
	case "wordpress", "drupal", "joomla", "nextcloud", "phpmyadmin", "mediawiki", "matomo":
		return "its Apache takes the port from ports.conf: mount one with Listen 8080, and write 8080 as the container's port"
	}
	return ""
}
