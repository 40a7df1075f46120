package edge

import "strings"

const (
	managedByLabel = "app.kubernetes.io/managed-by"
	manager        = "lotsync"
)

// labels marks every object as the site's own. Pods made from templates bear
// the site's label too, so that a lot's pods can be told from others' in a
// shared cluster; selectors stay as they are, and may ask for it.
func (w *work) labels(objects []Object) {
	site := w.profile.Site.Label()
	for _, o := range objects {
		if other := Text(o, "metadata", "labels", SiteLabel); other != "" && other != site {
			w.fail("labels", o, "metadata.labels."+SiteLabel, "%q is another site's: remove the label, it is set for each lot", other)
			continue
		}
		if labels := w.labelsOf(o, o, ""); labels != nil {
			labels[managedByLabel] = manager
			labels[SiteLabel] = site
		}
	}
	for i := range w.pods {
		p := &w.pods[i]
		if p.path == "spec" {
			continue // a pod is its own template
		}
		if labels := w.labelsOf(p.owner, p.template, strings.TrimSuffix(p.path, "spec")); labels != nil {
			labels[SiteLabel] = site
		}
	}
}

// labelsOf are the labels of o, which lies at path in owner; nil if there can
// be none.
func (w *work) labelsOf(owner, o Object, path string) Object {
	metadata := ensure(o, "metadata")
	if metadata == nil {
		w.fail("labels", owner, path+"metadata", "is no map of fields: correct it")
		return nil
	}
	labels := ensure(metadata, "labels")
	if labels == nil {
		w.fail("labels", owner, path+"metadata.labels", "is no map of labels and values: correct it")
	}
	return labels
}
