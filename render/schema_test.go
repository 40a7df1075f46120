package render_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// mergedKinds are kinds with lists that a strategic merge must match by key, and
// one that has none.
func mergedKinds() map[string]string {
	pod := `
%[1]scontainers:
%[1]s- {name: a, image: "a:1", ports: [{containerPort: 8080, name: http}], env: [{name: A, value: "1"}], volumeMounts: [{name: v, mountPath: /v}]}
%[1]sinitContainers: [{name: i, image: "i:1"}]
%[1]svolumes: [{name: v, emptyDir: {}}]
%[1]stolerations: [{key: t}]
%[1]simagePullSecrets: [{name: s}]
%[1]shostAliases: [{ip: 127.0.0.1, hostnames: [a]}]
%[1]stopologySpreadConstraints: [{topologyKey: k, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]
`
	out := map[string]string{}
	for kind, indent := range map[string]int{
		"v1/Pod": 2, "apps/v1/Deployment": 6, "apps/v1/StatefulSet": 6, "apps/v1/DaemonSet": 6,
		"apps/v1/ReplicaSet": 6, "batch/v1/Job": 6, "batch/v1/CronJob": 10, "v1/ReplicationController": 6,
	} {
		head := map[int]string{
			2:  "spec:",
			6:  "spec:\n  template:\n    spec:",
			10: "spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:",
		}[indent]
		out[kind] = head + fmt.Sprintf(pod, strings.Repeat(" ", indent))
	}
	out["v1/Service"] = "spec:\n  ports: [{port: 80, name: a}]\n"
	out["v1/ServiceAccount"] = "secrets: [{name: a}]\nimagePullSecrets: [{name: a}]\n"
	out["networking.k8s.io/v1/Ingress"] = "spec: {rules: [{host: a}], tls: [{hosts: [a]}]}\n"
	out["networking.k8s.io/v1/NetworkPolicy"] = "spec: {ingress: [{ports: [{port: 1}]}]}\n"
	out["rbac.authorization.k8s.io/v1/Role"] = "rules: [{verbs: [get], resources: [pods], apiGroups: ['']}]\n"
	out["v1/ConfigMap"] = "data: {a: b}\n"
	out["example.com/v1/Lot"] = "spec: {ports: [{port: 80, name: a}], containers: [{name: a}]}\n"
	out["v1/Node"] = "spec: {taints: [{key: a, effect: NoSchedule}]}\n"
	out["policy/v1/PodDisruptionBudget"] = "spec: {minAvailable: 1}\n"
	out["autoscaling/v1/HorizontalPodAutoscaler"] = "spec: {maxReplicas: 1}\n"
	return out
}

// mergeSnapshot has an object of each kind, and a patch of it that changes the
// lists' first items, adds others, and deletes by key.
func mergeSnapshot() sync.Snapshot {
	files := map[string]string{}
	var resources, patches strings.Builder
	for kind, body := range mergedKinds() {
		name := strings.ToLower(path.Base(kind))
		head := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: %s}\n", path.Dir(kind), path.Base(kind), name)
		files[tinyDir+name+".yaml"] = head + body
		changed := strings.NewReplacer("a:1", "a:2", "i:1", "i:2", "value: \"1\"", "value: \"2\"", "[{name: A, ", "[{name: B, value: b}, {name: A, ",
			"name: http}", "name: web}, {containerPort: 9090}", "emptyDir: {}", "emptyDir: {medium: Memory}", "{key: t}", "{key: u}", "{name: s}", "{name: r}").Replace(body)
		files[tinyDir+name+"-patch.yaml"] = head + changed
		fmt.Fprintf(&resources, "- %s.yaml\n", name)
		fmt.Fprintf(&patches, "- path: %s-patch.yaml\n", name)
	}
	files[tinyDir+"kustomization.yaml"] = "namespace: parking\nnamePrefix: lot-\nresources:\n" + resources.String() + "patches:\n" + patches.String()
	return tiny(files)
}

func TestTheSmallSchemaMergesAsTheWholeOne(t *testing.T) {
	t.Parallel()
	snap := mergeSnapshot()
	whole, err := render.Build(snap, render.DefaultLimits()) // this process never calls schema.Use
	if err != nil {
		t.Fatal(err)
	}
	small, err := render.New(render.DefaultOptions()).Render(t.Context(), snap)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(whole.Manifest), string(small.Manifest)); diff != "" {
		t.Errorf("(-whole +small):\n%s", diff)
	}
	for _, want := range []string{"name: web", "value: b", "a:2", "medium: Memory"} {
		if !strings.Contains(string(whole.Manifest), want) {
			t.Errorf("the patches did not do what this test is about: %q is missing", want)
		}
	}
}
