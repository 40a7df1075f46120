package e2e

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
)

// kinds are the resources that tests look at, by the path of their API.
func (l *lot) kinds() map[string]string {
	core, apps := "/api/v1/namespaces/"+l.namespace+"/", "/apis/apps/v1/namespaces/"+l.namespace+"/"
	return map[string]string{
		"ConfigMap": core + "configmaps", "Secret": core + "secrets", "Service": core + "services",
		"ServiceAccount": core + "serviceaccounts", "Deployment.apps": apps + "deployments",
	}
}

// live has the resource versions of the lot's objects, its inventory's too, by
// "Kind.group name".
func (l *lot) live(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for kind, path := range l.kinds() {
		var list struct {
			Items []struct {
				Metadata struct{ Name, ResourceVersion string }
			}
		}
		l.get(t, path+"?labelSelector=lotsync.dev/site="+l.site.Label(), &list)
		for _, item := range list.Items {
			out[kind+" "+item.Metadata.Name] = item.Metadata.ResourceVersion
		}
	}
	return out
}

// get reads from the API server.
func (l *lot) get(t *testing.T, path string, into any) {
	t.Helper()
	data, err := l.plane.Call(t.Context(), "GET", path, nil)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (l *lot) inventoryName() string { return "lotsync-inventory-" + l.site.Label() }

// inventory lists what the lot's inventory names.
func (l *lot) inventory(t *testing.T) []sync.Ref {
	t.Helper()
	var object struct{ Data map[string]string }
	l.get(t, l.kinds()["ConfigMap"]+"/"+l.inventoryName(), &object)
	inv, err := inventory.Decode(object.Data["objects"])
	if err != nil {
		t.Fatal(err)
	}
	var out []sync.Ref
	for _, e := range inv.Entries() {
		out = append(out, e.Ref)
	}
	slices.SortFunc(out, byName)
	return out
}
