package hollow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// sight is what matters of a pod's status, in words.
type sight struct {
	Phase       corev1.PodPhase
	Initialized corev1.ConditionStatus
	Ready       corev1.ConditionStatus
	Inits       []string
	Containers  []string
}

func see(status corev1.PodStatus) sight {
	s := sight{Phase: status.Phase}
	for _, c := range status.Conditions {
		if c.Type == corev1.PodInitialized {
			s.Initialized = c.Status
		}
		if c.Type == corev1.PodReady {
			s.Ready = c.Status
		}
	}
	for _, c := range status.InitContainerStatuses {
		s.Inits = append(s.Inits, c.Name+" "+kind(c.State))
	}
	for _, c := range status.ContainerStatuses {
		s.Containers = append(s.Containers, c.Name+" "+kind(c.State))
	}
	return s
}

func TestStatusOf(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	good := corev1.Container{Name: "good", Image: "example.test/web:1"}
	bad := corev1.Container{Name: "bad", Image: "example.test/broken:1"}
	sidecar := corev1.Container{Name: "sidecar", Image: "example.test/proxy:1", RestartPolicy: &always}
	cases := map[string]struct {
		policy corev1.RestartPolicy
		inits  []corev1.Container
		mains  []corev1.Container
		want   sight
	}{
		"a service runs and is ready": {
			policy: corev1.RestartPolicyAlways,
			mains:  []corev1.Container{good},
			want:   sight{"Running", "True", "True", nil, []string{"good running"}},
		},
		"a job's pod is done": {
			policy: corev1.RestartPolicyNever,
			mains:  []corev1.Container{good},
			want:   sight{"Succeeded", "True", "False", nil, []string{"good terminated"}},
		},
		"init containers are done and sidecars run on": {
			policy: corev1.RestartPolicyAlways,
			inits:  []corev1.Container{sidecar, good},
			mains:  []corev1.Container{good},
			want:   sight{"Running", "True", "True", []string{"sidecar running", "good terminated"}, []string{"good running"}},
		},
		"a broken image holds up the pod, but not the container beside it": {
			policy: corev1.RestartPolicyAlways,
			mains:  []corev1.Container{good, bad},
			want:   sight{"Pending", "True", "False", nil, []string{"good running", "bad ImagePullBackOff"}},
		},
		"a broken image holds up a job's pod": {
			policy: corev1.RestartPolicyOnFailure,
			mains:  []corev1.Container{bad},
			want:   sight{"Pending", "True", "False", nil, []string{"bad ImagePullBackOff"}},
		},
		"a broken init image holds up all that comes after it": {
			policy: corev1.RestartPolicyAlways,
			inits:  []corev1.Container{bad, good},
			mains:  []corev1.Container{good},
			want: sight{
				"Pending", "False", "False",
				[]string{"bad ImagePullBackOff", "good PodInitializing"},
				[]string{"good PodInitializing"},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: c.policy, InitContainers: c.inits, Containers: c.mains}}
			began := metav1.NewTime(time.Unix(1000, 0))
			pod.Status = statusOf(pod, "10.42.0.7", began)
			if diff := cmp.Diff(c.want, see(pod.Status)); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
			if pod.Status.PodIP != "10.42.0.7" {
				t.Errorf("address %q", pod.Status.PodIP)
			}
			later := statusOf(pod, "10.42.0.7", metav1.NewTime(time.Unix(2000, 0)))
			if !equality.Semantic.DeepEqual(later, pod.Status) {
				t.Errorf("a pod that is where it should be changed (-first +later):\n%s", cmp.Diff(pod.Status, later))
			}
		})
	}
}

func TestStatusOfAPodWhoseImageIsMended(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways,
		Containers:    []corev1.Container{{Name: "main", Image: "example.test/broken:1"}},
	}}
	pod.Status = statusOf(pod, "10.42.0.7", metav1.NewTime(time.Unix(1000, 0)))
	pod.Spec.Containers[0].Image = "example.test/web:1"
	got := see(statusOf(pod, "10.42.0.7", metav1.NewTime(time.Unix(2000, 0))))
	want := sight{"Running", "True", "True", nil, []string{"main running"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestParseNode(t *testing.T) {
	cases := map[string]struct {
		name, labels, taints string
		want                 Node
		wantErr              string
	}{
		"labels and taints": {
			name: "a", labels: "x=1,node-role.kubernetes.io/edge=", taints: "k=v:NoSchedule,edge:NoExecute",
			want: Node{
				Name:   "a",
				Labels: map[string]string{"x": "1", "node-role.kubernetes.io/edge": ""},
				Taints: []corev1.Taint{{Key: "k", Value: "v", Effect: "NoSchedule"}, {Key: "edge", Effect: "NoExecute"}},
			},
		},
		"neither":                {name: "a", want: Node{Name: "a", Labels: map[string]string{}}},
		"no name":                {wantErr: "the node has no name: set --node-name"},
		"a label with no value":  {name: "a", labels: "x", wantErr: `label "x": want key=value`},
		"a taint with no effect": {name: "a", taints: "k=v", wantErr: `taint "k=v": want key=value:Effect`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseNode(c.name, c.labels, c.taints)
			if c.wantErr != "" {
				if err == nil || err.Error() != c.wantErr {
					t.Fatalf("got %v, want %s", err, c.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("node (-want +got):\n%s", diff)
			}
		})
	}
}
