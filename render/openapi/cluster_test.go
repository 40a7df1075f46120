package openapi

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

// served is the version of the control plane of test/cluster.
const served = "1.34"

var plane clustertest.Shared

func TestMain(m *testing.M) { os.Exit(plane.Main(m)) }

// server asks a real API server, with dry runs.
type server struct {
	t         *testing.T
	client    dynamic.Interface
	namespace string
}

func newServer(t *testing.T) server {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", plane.ControlPlane(t).Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return server{t, client, plane.Namespace(t)}
}

// refuses returns why the server refuses an object, as the agent would send it.
func (s server) refuses(o map[string]any) error {
	s.t.Helper()
	body, err := json.Marshal(o)
	if err != nil {
		s.t.Fatal(err)
	}
	apiVersion, kind := nameOf(o).apiVersion, nameOf(o).kind
	metadata, _ := o["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if name == "" {
		name = "name"
	}
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	guess, _ := meta.UnsafeGuessKindToResource(gvk)
	var resource dynamic.ResourceInterface = s.client.Resource(guess)
	if !clusterWide(kind) {
		resource = s.client.Resource(guess).Namespace(s.namespace)
	}
	force := true
	_, err = resource.Patch(s.t.Context(), name, types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager:    "lotsync",
		Force:           &force,
		DryRun:          []string{metav1.DryRunAll},
		FieldValidation: metav1.FieldValidationStrict,
	})
	return err
}

func clusterWide(kind string) bool {
	return slices.Contains([]string{
		"APIService", "CSIDriver", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass",
		"MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PriorityClass",
		"PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
	}, kind)
}

func TestTheServerTakesTheSamples(t *testing.T) {
	s := newServer(t)
	for _, o := range samples(t) {
		if err := s.refuses(o); err != nil {
			t.Errorf("%s: %v", o["kind"], err)
		}
	}
}

// survey is for the one who adds a version: it asks the server which required
// fields and enumerations it holds to, and prints gen/enforced.txt.
var survey = flag.String("survey", "", "a file of gen -all")

func TestSurvey(t *testing.T) {
	if *survey == "" {
		t.Skip("makes gen/enforced.txt, where a file is named with -survey")
	}
	var err error
	if packed, err = os.ReadFile(*survey); err != nil {
		t.Fatal(err)
	}
	for _, line := range held(newServer(t), load(t, served), samples(t), func(format string, args ...any) { t.Logf(format, args...) }) {
		fmt.Println(line)
	}
}

// TestTheServerHoldsToWhatIsRequired asks about each required field and each
// enumeration in the samples.
func TestTheServerHoldsToWhatIsRequired(t *testing.T) {
	lines := held(newServer(t), load(t, served), samples(t), t.Errorf)
	t.Logf("asked about %d", len(lines))
}

// held returns what the server holds to, as lines of gen/enforced.txt. It asks in
// several places where there are several: what is required of a selector in one
// kind may be left out in another.
func held(s server, k *Schema, objects []map[string]any, not func(string, ...any)) []string {
	asked, left := map[string]int{}, map[string]bool{}
	ask := func(what string, o any) {
		if asked[what]++; asked[what] > 6 || left[what] {
			return
		}
		changed, _ := o.(map[string]any)
		if err := s.refuses(changed); err == nil {
			left[what] = true
			not("the server does not hold to %s (%s)", what, changed["kind"])
		}
	}
	for _, o := range objects {
		for _, p := range parts(k.kinds[nameOf(o)].shape, o, "") {
			for _, f := range p.shape.fields {
				if m, _ := p.value.(map[string]any); f.required && m[f.name] != nil {
					ask("required "+p.shape.name+" "+f.name, changed(o, append(slices.Clone(p.path), f.name), removed{}))
				}
			}
			if len(p.shape.enum) > 0 {
				ask("enum "+p.field, changed(o, p.path, "Bogus"))
			}
		}
	}
	maps.DeleteFunc(asked, func(what string, _ int) bool { return left[what] })
	return slices.Sorted(maps.Keys(asked))
}

func nameOf(o map[string]any) kindName {
	apiVersion, _ := o["apiVersion"].(string)
	kind, _ := o["kind"].(string)
	return kindName{apiVersion, kind}
}

// TestCheckAgreesWithTheServer puts wrong values everywhere, one at a time. Check
// must never refuse what the server takes, nor let through what the server
// refuses for its shape.
func TestCheckAgreesWithTheServer(t *testing.T) {
	s, k := newServer(t), load(t, served)
	asked := map[string]bool{}
	for _, o := range samples(t) {
		kind := nameOf(o).kind
		for _, p := range parts(k.kinds[nameOf(o)].shape, o, "") {
			if len(p.path) == 0 || p.path[0] == "apiVersion" || p.path[0] == "kind" || p.shape.class == anything {
				continue
			}
			for _, value := range []any{7, 7.0, 7.5, 1 << 40, "x", "", "7", true, nil, map[string]any{}, map[string]any{"x": 1}, []any{}, []any{1}} {
				what := fmt.Sprintf("%s %#v", p.field, value)
				if often := fmt.Sprintf("%c %#v", p.shape.class, value); !asked[often] {
					what = often
				} else if !slices.Contains([]any{7, "x", true}, scalarOf(value)) {
					continue
				}
				if !asked[what] {
					asked[what] = true
					compare(t, s, k, changed(o, p.path, value), fmt.Sprintf("%s %s: %#v", kind, pathName(p.path), value))
				}
			}
			if p.shape.class == object && !asked["unknown "+p.shape.name] {
				asked["unknown "+p.shape.name] = true
				compare(t, s, k, changed(o, append(slices.Clone(p.path), "surely"), "x"), kind+" "+pathName(p.path)+": an unknown field")
			}
		}
	}
	t.Logf("compared %d", len(asked))
}

func scalarOf(v any) any {
	if _, ok := literal(v); ok {
		return v
	}
	return nil
}

func compare(t *testing.T, s server, k *Schema, v any, what string) {
	t.Helper()
	o, _ := v.(map[string]any)
	problems, err := k.Check(o), s.refuses(o)
	if len(problems) > 0 && err == nil {
		t.Errorf("%s: the server takes it; Check says %v", what, problems)
	}
	if len(problems) == 0 && err != nil && !beyond(err) {
		t.Errorf("%s: Check takes it; the server says %v", what, err)
	}
}

// beyond reports whether a refusal is for more than the shape.
func beyond(err error) bool {
	return errors.IsInvalid(err) || errors.IsForbidden(err) || strings.Contains(err.Error(), "name must be provided")
}
