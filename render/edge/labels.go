package edge

import "strings"

const (
	managedByLabel = "app.kubernetes.io/managed-by"
	manager        = "lotsync"
)

// labels marks every object as the site's own. Pods made from templates bear
// the site's label too, so that a lot's pods can be told from others' in a
// shared cluster; selectors stay as they are.
func (w *work) labels() {
	site := w.profile.Site.Label()
	for _, o := range w.objects {
		if other := Text(o, "metadata", "labels", SiteLabel); other != "" && other != site {
			w.fail("labels", o, "metadata.labels."+SiteLabel, "%q is another site's: remove the label, it is set for each lot", other)
			continue
		}
		w.label(o, o, "metadata", map[string]string{managedByLabel: manager, SiteLabel: site})
	}
	for _, p := range w.pods() {
		w.label(p.owner, p.template, strings.TrimSuffix(p.path, "spec")+"metadata", map[string]string{SiteLabel: site})
	}
}

// label sets labels of o, whose metadata lies at path in owner.
func (w *work) label(owner, o Object, path string, wanted map[string]string) {
	metadata := ensure(o, "metadata")
	if metadata == nil {
		w.fail("labels", owner, path, "is no map of fields: correct it")
		return
	}
	labels := ensure(metadata, "labels")
	if labels == nil {
		w.fail("labels", owner, path+".labels", "is no map of labels and values: correct it")
		return
	}
	for key, value := range wanted {
		labels[key] = value
	}
}
