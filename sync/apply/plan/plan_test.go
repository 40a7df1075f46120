package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
	"github.com/lotsync/lotsync/sync/apply/plan"
)

const managed = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: tariff
  namespace: parking
  uid: u1
  labels: {lotsync.dev/site: nl.ams.0042}
  managedFields:
  - manager: lotsync
    operation: Apply
    fieldsV1: {"f:data": {"f:hour": {}}}
data: {hour: "3.20", day: "20"}
`

func live(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return u
}

func parse(t *testing.T, documents ...string) []object.Object {
	t.Helper()
	objects, err := object.Parse([]byte(strings.Join(documents, "\n---\n")))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestNeedOf(t *testing.T) {
	t.Parallel()
	o := parse(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: tariff, namespace: parking}, data: {hour: "3.20"}}`)[0]
	known := plan.Applied(o, live(t, managed))
	with := func(change func(*inventory.Entry)) inventory.Entry {
		e := known
		change(&e)
		return e
	}
	for what, c := range map[string]struct {
		live  string
		entry inventory.Entry
		want  plan.Need
	}{
		"what was applied and left alone is in step":      {managed, known, plan.InStep},
		"another one's field does not matter":             {strings.Replace(managed, `"20"`, `"21"`, 1), known, plan.InStep},
		"our field with another value is drift":           {strings.Replace(managed, "3.20", "9", 1), known, plan.Drifted},
		"our field taken over by another manager is":      {strings.Replace(managed, `"f:hour": {}`, "", 1), known, plan.Drifted},
		"no live object is missing":                       {"", known, plan.Missing},
		"an object that was never recorded is sent":       {managed, inventory.Entry{}, plan.Unrecorded},
		"an intention without an outcome is sent":         {managed, plan.Intent(o, inventory.Entry{}), plan.Unrecorded},
		"an object of another UID is sent":                {managed, with(func(e *inventory.Entry) { e.UID = "u0" }), plan.Unrecorded},
		"another rendered form is a change":               {managed, with(func(e *inventory.Entry) { e.Rendered = "x" }), plan.Changed},
		"another version of the same kind is a change":    {managed, with(func(e *inventory.Entry) { e.Version = "v0" }), plan.Changed},
		"a change in Git that meets drift counts as both": {strings.Replace(managed, "3.20", "9", 1), with(func(e *inventory.Entry) { e.Rendered = "x" }), plan.Changed},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var u *unstructured.Unstructured
			if c.live != "" {
				u = live(t, c.live)
			}
			if got := plan.NeedOf(o, u, c.entry); got != c.want {
				t.Errorf("need %q, want %q", got, c.want)
			}
		})
	}
}

func TestNothingOfASecretIsStored(t *testing.T) {
	t.Parallel()
	const text = `{apiVersion: v1, kind: Secret, metadata: {name: pin, uid: u1, managedFields: [{manager: lotsync, operation: Apply, fieldsV1: {"f:data": {"f:pin": {}}}}]}, data: {pin: MTIzNA==}}`
	other := strings.Replace(text, "MTIzNA==", "OTk5OQ==", 1)
	one, two := parse(t, text)[0], parse(t, other)[0]
	if a, b := plan.Applied(one, live(t, text)), plan.Applied(two, live(t, other)); a != b {
		t.Errorf("the entries tell the values apart: %+v, %+v", a, b)
	}
	if got := plan.NeedOf(one, live(t, other), plan.Applied(one, live(t, text))); got != plan.Drifted {
		t.Errorf("need %q, want the other value to be seen all the same", got)
	}
}

func TestStagesKeepTheBundlesOrderWithin(t *testing.T) {
	t.Parallel()
	var documents []string
	for _, kind := range []string{
		"admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration", "parking.example.com/v1 Barrier", "batch/v1 Job", "apps/v1 Deployment",
		"v1 Service", "v1 PersistentVolumeClaim", "v1 Secret", "v1 ConfigMap", "rbac.authorization.k8s.io/v1 Role", "v1 ServiceAccount",
		"scheduling.k8s.io/v1 PriorityClass", "apiextensions.k8s.io/v1 CustomResourceDefinition", "v1 Namespace", "networking.k8s.io/v1 Ingress",
	} {
		version, name, _ := strings.Cut(kind, " ")
		documents = append(documents, "{apiVersion: "+version+", kind: "+name+", metadata: {name: a}}")
	}
	var got []string
	for _, stage := range plan.Stages(parse(t, documents...)) {
		var kinds []string
		for _, o := range stage {
			kinds = append(kinds, o.Ref.Kind)
		}
		got = append(got, strings.Join(kinds, " "))
	}
	want := []string{
		"Namespace", "CustomResourceDefinition", "PriorityClass", "Role ServiceAccount", "Secret ConfigMap", "PersistentVolumeClaim",
		"Service", "Job Deployment", "Barrier Ingress", "ValidatingWebhookConfiguration",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestLeavingIsTheInventoryLessTheBundleReversed(t *testing.T) {
	t.Parallel()
	entry := func(group, kind, name string) inventory.Entry {
		return inventory.Entry{Ref: sync.Ref{Group: group, Kind: kind, Name: name}, Version: "v1"}
	}
	inv := inventory.Inventory{}.With(
		entry("", "ConfigMap", "a"), entry("apps", "Deployment", "b"), entry("", "Namespace", "c"),
		entry("apps", "Deployment", "d"), entry("", "ConfigMap", "stays"), entry("example.com", "Barrier", "e"),
	)
	var got []string
	for _, e := range plan.Leaving(inv, parse(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: stays}}")) {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff([]string{"e", "d", "b", "a", "c"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestFateOf(t *testing.T) {
	t.Parallel()
	e := inventory.Entry{Ref: sync.Ref{Kind: "ConfigMap", Namespace: "parking", Name: "tariff"}, Version: "v1", UID: "u1"}
	for what, c := range map[string]struct {
		live string
		want plan.Fate
	}{
		"ours":         {managed, plan.Fate{Delete: true}},
		"gone already": {"", plan.Fate{Forget: true}},
		"ours, though an agent that died did not record its UID": {strings.Replace(managed, "u1", "u2", 1), plan.Fate{Delete: true}},
		"ours without its label":                                 {strings.Replace(managed, "lotsync.dev/site: nl.ams.0042", "", 1), plan.Fate{Delete: true}},
		"another site's":                                         {strings.Replace(managed, "0042", "0001", 1), plan.Fate{Forget: true, Note: "it belongs to site nl.ams.0001 now"}},
		"somebody else's under the same name":                    {strings.NewReplacer("u1", "u2", "manager: lotsync", "manager: kubectl").Replace(managed), plan.Fate{Forget: true, Note: "somebody else made it anew"}},
		"kept by annotation":                                     {strings.Replace(managed, "  uid:", "  annotations: {lotsync.dev/prune: disabled}\n  uid:", 1), plan.Fate{Forget: true, Note: "its annotation lotsync.dev/prune says so"}},
		"being deleted":                                          {strings.Replace(managed, "  uid:", "  deletionTimestamp: 2026-11-23T09:00:00Z\n  uid:", 1), plan.Fate{Note: "its deletion is under way"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var u *unstructured.Unstructured
			if c.live != "" {
				u = live(t, c.live)
			}
			if diff := cmp.Diff(c.want, plan.FateOf(e, u, "nl.ams.0042", "lotsync-system")); diff != "" {
				t.Errorf("fate (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheClustersOwnNamespacesStay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lotsync-system", "default", "kube-system"} {
		e := inventory.Entry{Ref: sync.Ref{Kind: "Namespace", Name: name}, Version: "v1", UID: "u"}
		u := live(t, "{apiVersion: v1, kind: Namespace, metadata: {name: "+name+", uid: u, labels: {lotsync.dev/site: nl.ams.0042}}}")
		if fate := plan.FateOf(e, u, "nl.ams.0042", "lotsync-system"); fate.Delete {
			t.Errorf("%s would be deleted", name)
		}
	}
}

func TestHolders(t *testing.T) {
	t.Parallel()
	service := func(name, port string) string {
		return "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {type: NodePort, ports: [" + port + "]}}"
	}
	daemon := "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cam}, spec: {template: {spec: {containers: [{name: cam, ports: [{containerPort: 80, hostPort: 8080}]}]}}}}"
	held := map[sync.Ref]*unstructured.Unstructured{}
	for _, o := range parse(t, service("a", "{port: 80, nodePort: 30123}"), service("b", "{port: 53, nodePort: 30124, protocol: UDP}"), daemon) {
		held[o.Ref] = o.Body
	}
	for what, c := range map[string]struct{ wanted, want string }{
		"the same node port":                       {service("new", "{port: 81, nodePort: 30123}"), "a"},
		"the same node port of another protocol":   {service("new", "{port: 81, nodePort: 30124}"), ""},
		"none asked for":                           {service("new", "{port: 80}"), ""},
		"its own":                                  {service("a", "{port: 80, nodePort: 30123}"), ""},
		"a host port, in a CronJob's pod template": {"{apiVersion: batch/v1, kind: CronJob, metadata: {name: new}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{ports: [{hostPort: 8080}]}]}}}}}}", "cam"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := parse(t, c.wanted)[0]
			var names []string
			for _, ref := range plan.Holders(o.Body, o.Ref, held) {
				names = append(names, ref.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("holders %q, want %q", got, c.want)
			}
		})
	}
}
