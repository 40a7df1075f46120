package apply_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lotsync/lotsync/sync"
)

const (
	deployments = "/apis/apps/v1/namespaces/NS/deployments/"
	services    = "/api/v1/namespaces/NS/services/"
	secrets     = "/api/v1/namespaces/NS/secrets/"
)

// otherManager applies a patch to an object as another manager would, by force.
func (l *lot) otherManager(resource schema.GroupVersionResource, name, patch string, subresources ...string) {
	l.Helper()
	cfg, err := clientcmd.BuildConfigFromFlags("", l.plane.Kubeconfig())
	if err != nil {
		l.Fatal(err)
	}
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		l.Fatal(err)
	}
	force := true
	_, err = client.Resource(resource).Namespace(l.namespace).Patch(l.Context(), name, types.ApplyPatchType,
		[]byte(strings.ReplaceAll(patch, "NS", l.namespace)), metav1.PatchOptions{FieldManager: "other", Force: &force}, subresources...)
	if err != nil {
		l.Fatal(err)
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	silent := strings.Replace(web, "  replicas: 2\n", "", 1)
	sparse := strings.Replace(web, `env: [{name: MODE, value: fast}]`, `env: [], resources: {}, volumeMounts: null`, 1)
	hpa := `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: NS, labels: LABELS}, spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}`
	configs := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	none := func(*lot) {}
	merge := func(path, patch string) func(*lot) {
		return func(l *lot) { l.call("PATCH", path, patch) }
	}
	for what, c := range map[string]struct {
		manifest string
		byHand   func(*lot)
		want     string // the kinds that drift
	}{
		"a Secret's stringData is no drift":               {token, none, ""},
		"a Secret's data and stringData are no drift":     {strings.Replace(token, "stringData", `data: {a: YQ==}, stringData`, 1), none, ""},
		"a Secret's value is":                             {token, merge(secrets+"token", `{"data":{"pin":"OTk5OQ=="}}`), "Secret"},
		"a Secret's value that went is":                   {token, merge(secrets+"token", `{"data":{"pin":null}}`), "Secret"},
		"defaulted ports and omitted fields are no drift": {front, none, ""},
		"omitted empties are no drift":                    {sparse, none, ""},
		"a changed port is":                               {front, merge(services+"front", `{"spec":{"ports":[{"port":81,"targetPort":8080}]}}`), "Service"},
		"a port that another one adds is no drift": {front, merge(services+"front",
			`{"spec":{"ports":[{"name":"a","port":80,"targetPort":8080},{"name":"b","port":81}]}}`), ""},
		"replicas on which Git is silent are no drift":  {silent, merge(deployments+"web/scale", `{"spec":{"replicas":3}}`), ""},
		"replicas that Git sets are":                    {web, merge(deployments+"web/scale", `{"spec":{"replicas":3}}`), "Deployment"},
		"an autoscaler beside a silent Git is no drift": {silent + "\n---\n" + hpa, merge(deployments+"web/scale", `{"spec":{"replicas":2}}`), ""},
		"an image changed by hand is":                   {web, merge(deployments+"web", `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"other"}]}}}}`), "Deployment"},
		"a label of ours removed is":                    {tariff, merge(configMaps+"tariff", `{"metadata":{"labels":null}}`), "ConfigMap"},
		"an annotation of others is no drift":           {tariff, merge(configMaps+"tariff", `{"metadata":{"annotations":{"a":"b"}}}`), ""},
		"a key that others add is no drift":             {tariff, merge(configMaps+"tariff", `{"data":{"day":"9"}}`), ""},
		"a deleted object is":                           {tariff, func(l *lot) { l.call("DELETE", configMaps+"tariff", "") }, "ConfigMap"},
		"another manager that forces a field makes drift": {tariff, func(l *lot) {
			l.otherManager(configs, "tariff", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"tariff","namespace":"NS"},"data":{"hour":"9"}}`)
		}, "ConfigMap"},
		"another manager that agrees makes none": {tariff, func(l *lot) {
			l.otherManager(configs, "tariff", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"tariff","namespace":"NS"},"data":{"hour":"3.20"}}`)
		}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := newLot(t)
			b := l.bundle(c.manifest)
			l.apply(b)
			c.byHand(l)
			if got := l.drifted(b); got != c.want {
				t.Fatalf("drifted: %q, want %q", got, c.want)
			}
			report := l.apply(b)
			if (len(report.Changes) > 0) != (c.want != "") {
				t.Errorf("the repair changed %+v", report.Changes)
			}
			if got := l.drifted(b); got != "" {
				t.Errorf("drifted after the repair: %q", got)
			}
		})
	}
}

func TestRepairLeavesWhatGitIsSilentOn(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff)
	l.apply(b)
	l.call("PATCH", configMaps+"tariff", `{"data":{"hour":"9","day":"20"}}`)
	report := l.apply(b)
	if len(report.Changes) != 1 || report.Changes[0].Action != sync.Configured {
		t.Errorf("report = %+v, want one configured", report)
	}
	data, _ := l.call("GET", configMaps+"tariff", "")["data"].(map[string]any)
	if data["hour"] != "3.20" || data["day"] != "20" {
		t.Errorf("data = %v, want our hour back and their day left", data)
	}
}

func TestRepairOfAnEditedListKeyLeavesNoTrace(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(front)
	l.apply(b)
	l.call("PATCH", services+"front", `{"spec":{"ports":[{"port":81,"targetPort":8080}]}}`)
	l.apply(b)
	service := l.call("GET", services+"front", "")
	spec, _ := service["spec"].(map[string]any)
	if ports, _ := spec["ports"].([]any); len(ports) != 1 {
		t.Errorf("ports = %v, want the one of Git", ports)
	}
	metadata, _ := service["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	for _, e := range entries {
		if entry, _ := e.(map[string]any); entry["manager"] == "lotsync-repair" {
			t.Errorf("the repair left %v", entry)
		}
	}
}

func TestKindDeletedByHandIsBroughtBack(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, crd, strings.Replace(north, "NS-ground", "NS", 1))
	l.apply(b)
	const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/barriers.NS.example.com"
	l.call("DELETE", path, "")
	l.eventually("the CRD is gone", func() bool { return !l.exists(path) })
	if drifted := l.drifted(b); drifted != "CustomResourceDefinition Barrier" {
		t.Errorf("drifted: %q, want the CRD and what stood on it", drifted)
	}
	l.apply(b)
	if live := l.observe(b); !live.Healthy() || len(live.Drifted()) != 0 {
		t.Errorf("live = %+v, want all healthy and undrifted", live)
	}
}
