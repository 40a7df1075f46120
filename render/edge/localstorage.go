package edge

import (
	"slices"
	"strings"
)

// localStorage finds claims for volumes that do not lie on the lot's own node:
// their pods wait for the link, or for ever. A claim that names no class takes
// the cluster's default, and one that names the empty class a volume that was
// made for it.
func (w *work) localStorage(r rule) {
	for _, o := range w.claims {
		w.claimClass(r, o, fields(o, "spec"), "spec")
	}
	for i := range w.pods {
		p := &w.pods[i]
		for j, volume := range items(p.spec, "volumes") {
			if template := fields(volume, "ephemeral", "volumeClaimTemplate", "spec"); template != nil {
				w.claimClass(r, p.owner, template, index(p.path+".volumes", j)+".ephemeral.volumeClaimTemplate.spec")
			}
		}
		if p.ref.Kind == "StatefulSet" {
			for j, template := range items(fields(p.owner, "spec"), "volumeClaimTemplates") {
				w.claimClass(r, p.owner, fields(template, "spec"), index("spec.volumeClaimTemplates", j)+".spec")
			}
		}
	}
}

func (w *work) claimClass(r rule, owner, spec Object, path string) {
	local := w.profile.Edge.StorageClasses
	if local == nil {
		local = []string{"local-path"}
	}
	if class := Text(spec, "storageClassName"); class != "" && !slices.Contains(local, class) {
		w.find(r, owner, path+".storageClassName", "%s is not known to lie on the lot's node (%s): leave it out for the cluster's default, or name it in spec.edge.storageClasses", class, strings.Join(local, ", "))
	}
}
