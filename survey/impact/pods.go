package impact

import (
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// runsPods reports whether the objects of a kind have pods for as long as they
// are there. A CronJob's next run is not a restart.
func runsPods(r sync.Ref) bool {
	switch r.Group + "/" + r.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "/Pod", "batch/Job":
		return true
	}
	return false
}

// podsOf is what becomes of the pods of a workload, nothing if it has none.
func podsOf(r sync.Ref, action Action, found []difference) Pods {
	switch {
	case !runsPods(r):
		return ""
	case action == Create:
		return PodsStart
	case action == Prune:
		return PodsStop
	}
	template := "spec.template"
	if r.Group != "apps" { // a Pod or a Job cannot be changed: it is made anew
		template = "spec"
	}
	for _, d := range found {
		if rest, ok := strings.CutPrefix(d.path, template); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return PodsRestart
		}
	}
	return ""
}
