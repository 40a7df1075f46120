package openapi_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/lotsync/lotsync/render/openapi"
)

func TestTheVersionsAreKnown(t *testing.T) {
	t.Parallel()
	want := []string{"1.37", "1.36", "1.35", "1.34", "1.33", "1.32"}
	if diff := cmp.Diff(want, openapi.Versions()); diff != "" {
		t.Error(diff)
	}
	for wrote, want := range map[string]string{"": "1.37", "1.34": "1.34", "v1.34": "1.34", "1.34.2": "1.34", "v1.33.6+k3s1": "1.33"} {
		s, err := openapi.Load(wrote)
		if err != nil {
			t.Errorf("%q: %v", wrote, err)
		} else if s.Version() != want {
			t.Errorf("%q is %s, want %s", wrote, s.Version(), want)
		}
	}
	for _, wrong := range []string{"1.9", "2", "newest", "1", "v"} {
		if _, err := openapi.Load(wrong); err == nil || !strings.Contains(err.Error(), "1.37, 1.36, ") {
			t.Errorf("%q: %v; want an error that names the versions", wrong, err)
		}
	}
}

func object(tb testing.TB, text string) map[string]any {
	tb.Helper()
	var o map[string]any
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		tb.Fatal(err)
	}
	return o
}

const (
	deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
	pod        = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
)

// saying is an object, and what Check says of it.
type saying struct {
	object, version string
	want            []string
}

// ofFields are about what is there and what is not.
func ofFields() map[string]saying {
	return map[string]saying{
		"nothing of what is right": {
			object: pod + "spec: {containers: [{name: a, image: b}]}",
		},
		"nothing of what is null": {
			object: pod + "spec: {containers: [{name: a, image: null, ports: null, resources: {limits: null}}], nodeSelector: null}",
		},
		"nothing of a status": {
			object: pod + "spec: {containers: [{name: a}]}\nstatus: {phaze: 1}",
		},
		"nothing of custom resources": {
			object: "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nspec: {anything: goes}",
		},
		"a misspelt field": {
			object: pod + "spec: {containers: [{name: a, imagPullPolicy: Always}]}",
			want:   []string{"spec.containers[0].imagPullPolicy: is not a field of Container (did you mean imagePullPolicy?): mend its name, or remove it"},
		},
		"a number in quotes": {
			object: deployment + `spec: {replicas: "3", selector: {}, template: {}}`,
			want:   []string{`spec.replicas: want a whole number of 32 bits, not "3": remove the quotes`},
		},
		"a number that is not whole": {
			object: deployment + `spec: {replicas: 1.5, selector: {}, template: {}}`,
			want:   []string{`spec.replicas: want a whole number of 32 bits, not 1.5`},
		},
		"a number too large": {
			object: deployment + `spec: {replicas: 2147483648, selector: {}, template: {}}`,
			want:   []string{`spec.replicas: want a whole number of 32 bits, not 2147483648`},
		},
		"a text without quotes": {
			object: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {example.com/on: true}}\ndata: {PORT: 80}",
			want: []string{
				"data.PORT: want text, not 80: put it in quotes",
				"metadata.annotations.example.com/on: want text, not true: put it in quotes",
			},
		},
		"what is missing": {
			object: deployment + "spec: {template: {spec: {containers: [{image: a, ports: [{name: web}]}]}}}",
			want: []string{
				"spec.selector: is missing: add it",
				"spec.template.spec.containers[0].name: is missing: add it",
				"spec.template.spec.containers[0].ports[0].containerPort: is missing: add it",
			},
		},
		"a value that is none of the choice": {
			object: pod + "spec: {containers: [{name: a, imagePullPolicy: Allways}]}",
			want:   []string{`spec.containers[0].imagePullPolicy: "Allways" is none of Always, IfNotPresent, Never (did you mean Always?)`},
		},
	}
}

// ofValues are about lists and values.
func ofValues() map[string]saying {
	return map[string]saying{
		"a list that is none": {
			object: pod + "spec: {containers: {name: a, image: b}}",
			want:   []string{"spec.containers: want a list, not fields"},
		},
		"a word where a list belongs": {
			object: pod + "spec: {containers: [{name: a, args: run}]}",
			want:   []string{`spec.containers[0].args: want a list, not "run": begin the line with a dash`},
		},
		"what a server-side apply cannot tell apart": {
			object: pod + "spec: {containers: [{name: a, env: [{name: A, value: b}, {name: A, value: c}], ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}]}",
			want: []string{
				"spec.containers[0].env[1]: has the same name as [0]: remove one of them",
				"spec.containers[0].ports[1]: has the same containerPort and protocol as [0]: remove one of them",
			},
		},
		"a quantity that is none": {
			object: pod + "spec: {containers: [{name: a, resources: {limits: {memory: 64MB, cpu: 0.5, ephemeral-storage: 1e9}}}]}",
			want:   []string{`spec.containers[0].resources.limits.memory: want a quantity like 100m, 64Mi or 2, not "64MB"`},
		},
		"no secret": {
			object: "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {pin: 1234, word: hunter2!}\nstringData: {pin: 5678}",
			want: []string{
				"data.pin: want base64 text, not a number",
				"data.word: want base64 text, not text: encode it, or use stringData where there is one",
				"stringData.pin: want text, not a number: put it in quotes",
			},
		},
	}
}

// ofKinds are about kinds and versions.
func ofKinds() map[string]saying {
	return map[string]saying{
		"a misspelt kind": {
			object: "apiVersion: apps/v1\nkind: Deploymnt",
			want:   []string{"kind: apps/v1 has no kind Deploymnt (did you mean Deployment?)"},
		},
		"a kind in the wrong group": {
			object: "apiVersion: v1\nkind: Deployment",
			want:   []string{"apiVersion: v1 Deployment is not in Kubernetes 1.37: use apps/v1"},
		},
		"a group that lacks its end": {
			object: "apiVersion: networking/v1\nkind: Ingress",
			want:   []string{"apiVersion: networking/v1 Ingress is not in Kubernetes 1.37: use networking.k8s.io/v1"},
		},
		"a version that was removed": {
			object: "apiVersion: extensions/v1beta1\nkind: Ingress", version: "1.34",
			want: []string{"apiVersion: extensions/v1beta1 Ingress is not in Kubernetes 1.34: use networking.k8s.io/v1"},
		},
		"a version that was removed, of a kind with several": {
			object: "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler", version: "1.34",
			want: []string{"apiVersion: autoscaling/v2beta2 HorizontalPodAutoscaler is not in Kubernetes 1.34: use autoscaling/v2"},
		},
		"a kind that was removed": {
			object: "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy", version: "1.34",
			want: []string{"apiVersion: policy/v1beta1 PodSecurityPolicy is not in Kubernetes 1.34: remove it, or choose another version of Kubernetes to check against"},
		},
		"a kind that came later": {
			object: "apiVersion: resource.k8s.io/v1\nkind: DeviceClass", version: "1.33",
			want: []string{"apiVersion: resource.k8s.io/v1 DeviceClass is not in Kubernetes 1.33: use resource.k8s.io/v1beta2"},
		},
		"a field that came later": {
			object: pod + "spec: {hostnameOverride: a, containers: [{name: a}]}", version: "1.33",
			want: []string{"spec.hostnameOverride: is not in Kubernetes 1.33: it came with 1.34; remove it, or update the cluster and choose that version"},
		},
		"an object that says nothing": {
			object: "metadata: {name: a}",
			want:   []string{"apiVersion: is missing, or no text: say which kind of object this is"},
		},
	}
}

func TestWhatCheckSays(t *testing.T) {
	t.Parallel()
	all := ofFields()
	maps.Copy(all, ofValues())
	maps.Copy(all, ofKinds())
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := openapi.Load(c.version)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range s.Check(object(t, c.object)) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCustomResources checks objects of the definition in the samples.
func TestCustomResources(t *testing.T) {
	t.Parallel()
	plain, err := openapi.Load("")
	if err != nil {
		t.Fatal(err)
	}
	with := plain.With(definitions(t))
	for name, c := range map[string]struct{ object, want string }{
		"right":          {object: "spec: {lanes: 1, mode: open, port: http, names: [a, b], labels: {a: b}, free: {x: {y: 1}}, gates: [{name: a}]}\nstatus: {lanes: 1}"},
		"with a default": {object: "spec: {lanes: 1}"},
		"missing":        {"spec: {mode: open}", "spec.lanes: is missing: add it"},
		"without a spec": {"metadata: {name: b}", "spec: is missing: add it"},
		"unknown field":  {"spec: {lanes: 1, lanez: 2}", "spec.lanez: is not a field (did you mean lanes?): mend its name, or remove it"},
		"type":           {"spec: {lanes: many}", `spec.lanes: want a whole number, not "many"`},
		"choice":         {"spec: {lanes: 1, mode: ajar}", `spec.mode: "ajar" is none of open, closed`},
		"empty choice":   {`spec: {lanes: 1, mode: ""}`, `spec.mode: "" is none of open, closed`},
		"additional":     {"spec: {lanes: 1, labels: {a: 1}}", "spec.labels.a: want text, not 1: put it in quotes"},
		"known and free": {"spec: {lanes: 1, free: {known: x}}", `spec.free.known: want a whole number, not "x"`},
		"set":            {"spec: {lanes: 1, names: [a, a]}", "spec.names[1]: has the same value as [0]: remove one of them"},
		"list map":       {"spec: {lanes: 1, gates: [{name: a}, {name: a}]}", "spec.gates[1]: has the same name as [0]: remove one of them"},
		"metadata":       {"metadata: {lables: {}}\nspec: {lanes: 1}", "metadata.lables: is not a field of ObjectMeta (did you mean labels?): mend its name, or remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := object(t, "apiVersion: parking.example.com/v1\nkind: Barrier\n"+c.object)
			var got []string
			for _, p := range with.Check(o) {
				got = append(got, p.String())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if problems := plain.Check(o); problems != nil {
				t.Errorf("the schema without the definition has changed: %v", problems)
			}
		})
	}
	for want, o := range map[string]string{
		"apiVersion: parking.example.com/v3 has no Barrier: use parking.example.com/v2": "apiVersion: parking.example.com/v3\nkind: Barrier",
		"": "apiVersion: parking.example.com/v1\nkind: Camera", // may be defined elsewhere
	} {
		var got []string
		for _, p := range with.Check(object(t, o)) {
			got = append(got, p.String())
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%s:\ngot  %q\nwant %q", o, got, want)
		}
	}
}

// definitions are the custom resource definitions in the samples.
func definitions(t *testing.T) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(openapi.Samples(t), func(o map[string]any) bool { return o["kind"] != "CustomResourceDefinition" })
}
