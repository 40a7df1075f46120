package sites_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

var plane clustertest.Shared

func TestMain(m *testing.M) { os.Exit(plane.Main(m)) }

// TestTheAPIServerAcceptsEveryLot sends every object of every lot to a real API server
// as a dry run, with strict field validation and the pod security level that the fleet
// promises.
func TestTheAPIServerAcceptsEveryLot(t *testing.T) {
	config, err := clientcmd.BuildConfigFromFlags("", plane.ControlPlane(t).Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	warnings := &warnings{t: t}
	config.WarningHandlerWithContext = warnings
	config.QPS = -1
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, l := range buildFleet(t) {
		warnings.lot = l.name
		for _, o := range l.objects {
			ensureNamespace(t, client, o.GetNamespace())
			if err := dryRun(t.Context(), client, o); err != nil {
				t.Errorf("%s: %s %s: %v", l.name, o.GetKind(), o.GetName(), err)
			}
			sent++
		}
	}
	t.Logf("%d objects sent", sent)
}

func dryRun(ctx context.Context, client dynamic.Interface, o object) error {
	body, err := json.Marshal(o.Object)
	if err != nil {
		return err
	}
	resource, _ := meta.UnsafeGuessKindToResource(o.GroupVersionKind())
	force := true
	_, err = client.Resource(resource).Namespace(o.GetNamespace()).Patch(ctx, o.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager:    "lotsync",
		Force:           &force,
		DryRun:          []string{metav1.DryRunAll},
		FieldValidation: metav1.FieldValidationStrict,
	})
	return err
}

// ensureNamespace makes the lot's namespace, which a dry run alone does not.
func ensureNamespace(t *testing.T, client dynamic.Interface, name string) {
	t.Helper()
	if name == "" {
		return
	}
	namespaces := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
	var ns unstructured.Unstructured
	ns.SetAPIVersion("v1")
	ns.SetKind("Namespace")
	ns.SetName(name)
	ns.SetLabels(map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted",
		"pod-security.kubernetes.io/warn":    "restricted",
	})
	if _, err := namespaces.Create(t.Context(), &ns, metav1.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

// warnings fails the test on each warning: a deprecated field or version, or a pod that
// the namespace's security level would not let in.
type warnings struct {
	t   *testing.T
	lot string
}

// HandleWarningHeaderWithContext is called by the client for each warning of an answer.
func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) {
	w.t.Errorf("%s: the API server warns: %s", w.lot, text)
}
