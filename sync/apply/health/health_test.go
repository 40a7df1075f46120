package health_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/health"
)

func read(t *testing.T, text string) *unstructured.Unstructured {
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

func TestOf(t *testing.T) {
	t.Parallel()
	const deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 2}, `
	for what, c := range map[string]struct {
		object string
		want   sync.Health
		says   string
	}{
		"a running Job":                {`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {startTime: "2026-11-23T09:00:00Z", active: 1}}`, sync.Progressing, "not ended"},
		"a Job that ended well":        {`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {conditions: [{type: Complete, status: "True"}]}}`, sync.Healthy, ""},
		"a Job that failed":            {`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {conditions: [{type: Failed, status: "True", message: backoff}]}}`, sync.Unhealthy, "backoff"},
		"a suspended Job":              {`{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {suspend: true}}`, sync.Healthy, "suspended"},
		"a CronJob":                    {`{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {suspend: true}}`, sync.Healthy, ""},
		"a paused Deployment":          {deployment + `spec: {paused: true}, status: {observedGeneration: 2}}`, sync.Healthy, "paused"},
		"one not seen yet":             {deployment + `status: {observedGeneration: 1}}`, sync.Progressing, ""},
		"one past its deadline":        {deployment + `status: {observedGeneration: 2, conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded}]}}`, sync.Unhealthy, "deadline"},
		"one scaled to nothing":        {deployment + `spec: {replicas: 0, progressDeadlineSeconds: 600}, status: {observedGeneration: 2, conditions: [{type: Progressing, status: "True", reason: NewReplicaSetAvailable}, {type: Available, status: "True"}]}}`, sync.Healthy, ""},
		"a Pod that failed":            {`{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: Failed}}`, sync.Unhealthy, "failed"},
		"what is being deleted":        {`{apiVersion: v1, kind: ConfigMap, metadata: {name: a, deletionTimestamp: "2026-11-23T09:00:00Z"}}`, sync.Progressing, "deleted"},
		"a ConfigMap":                  {`{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}`, sync.Healthy, ""},
		"a kind of its own, unready":   {`{apiVersion: example.com/v1, kind: Gate, metadata: {name: a}, status: {conditions: [{type: Ready, status: "False", message: jammed}]}}`, sync.Progressing, "jammed"},
		"an API service that is up":    {`{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: a}, status: {conditions: [{type: Available, status: "True"}]}}`, sync.Healthy, ""},
		"a status that makes no sense": {`{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, status: {conditions: 7}}`, sync.Progressing, "cannot be read"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			got := health.Of(read(t, c.object))
			if got.Health != c.want || !strings.Contains(strings.ToLower(got.Message), c.says) {
				t.Errorf("verdict = %+v, want %s with %q", got, c.want, c.says)
			}
		})
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	const head = `{apiVersion: v1, kind: Pod, metadata: {name: web-1}, status: `
	for what, c := range map[string]struct{ pod, want string }{
		"a missing image":        {head + `{containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}]}}`, "pod web-1: container web: ImagePullBackOff: no such image"},
		"a crash loop":           {head + `{containerStatuses: [{name: web, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {reason: OOMKilled}}}]}}`, "pod web-1: container web: CrashLoopBackOff (it ended before: OOMKilled)"},
		"an init container":      {head + `{initContainerStatuses: [{name: migrate, state: {terminated: {reason: Error}}}], containerStatuses: [{name: web, state: {waiting: {reason: PodInitializing}}}]}}`, "pod web-1: container migrate: Error"},
		"no room":                {head + `{conditions: [{type: PodScheduled, status: "False", message: Insufficient memory}]}}`, "pod web-1: no node takes it: Insufficient memory"},
		"one that is on its way": {head + `{containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}`, ""},
		"one that goes away":     {strings.Replace(head, "name: web-1", `name: web-1, deletionTimestamp: "2026-11-23T09:00:00Z"`, 1) + `{containerStatuses: [{name: web, state: {waiting: {reason: CrashLoopBackOff}}}]}}`, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if got := health.Complaint([]unstructured.Unstructured{*read(t, c.pod)}); got != c.want {
				t.Errorf("complaint %q, want %q", got, c.want)
			}
		})
	}
}

func TestOfWaiting(t *testing.T) {
	t.Parallel()
	claim := read(t, `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {storageClassName: local-path}, status: {phase: Pending}}`)
	if class, waits := health.Waits(claim); class != "local-path" || !waits {
		t.Errorf("Waits = %q, %v, want local-path", class, waits)
	}
	bound := read(t, `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, status: {phase: Bound}}`)
	if _, waits := health.Waits(bound); waits {
		t.Error("a bound claim waits")
	}
	for mode, want := range map[string]sync.Health{"WaitForFirstConsumer": sync.Healthy, "Immediate": sync.Progressing} {
		class := read(t, `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, volumeBindingMode: `+mode+`}`)
		if got := health.OfWaiting(class); got.Health != want {
			t.Errorf("%s: %+v, want %s", mode, got, want)
		}
	}
	if got := health.OfWaiting(nil); got.Health != sync.Healthy {
		t.Errorf("a class that may not be read: %+v, want healthy", got)
	}
}

func TestSelector(t *testing.T) {
	t.Parallel()
	if got := health.Selector(read(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {app: web}}}}`)); got != "app=web" {
		t.Errorf("Selector = %q, want app=web", got)
	}
	if got := health.Selector(read(t, `{apiVersion: v1, kind: Service, metadata: {name: a}}`)); got != "" {
		t.Errorf("Selector of a Service = %q, want none", got)
	}
}
