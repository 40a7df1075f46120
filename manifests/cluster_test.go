package manifests_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// convert reads a rendered object into a struct with the fields that a test looks at.
func convert[T any](t *testing.T, object map[string]any) T {
	t.Helper()
	var out T
	raw, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type deployment struct {
	Spec struct {
		Replicas int `json:"replicas"`
		Strategy struct {
			Type string `json:"type"`
		} `json:"strategy"`
		Selector struct {
			MatchLabels map[string]string `json:"matchLabels"`
		} `json:"selector"`
		Template struct {
			Metadata struct {
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
			Spec podSpec `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

type podSpec struct {
	ServiceAccountName string            `json:"serviceAccountName"`
	NodeSelector       map[string]string `json:"nodeSelector"`
	Tolerations        []struct {
		Key               string `json:"key"`
		Effect            string `json:"effect"`
		TolerationSeconds *int   `json:"tolerationSeconds"`
	} `json:"tolerations"`
	SecurityContext struct {
		RunAsNonRoot   bool `json:"runAsNonRoot"`
		RunAsUser      int  `json:"runAsUser"`
		SeccompProfile struct {
			Type string `json:"type"`
		} `json:"seccompProfile"`
	} `json:"securityContext"`
	Containers []struct {
		Image           string `json:"image"`
		LivenessProbe   probe  `json:"livenessProbe"`
		ReadinessProbe  probe  `json:"readinessProbe"`
		SecurityContext struct {
			AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool  `json:"readOnlyRootFilesystem"`
			Capabilities             struct {
				Drop []string `json:"drop"`
			} `json:"capabilities"`
		} `json:"securityContext"`
		Resources struct {
			Limits map[string]string `json:"limits"`
		} `json:"resources"`
	} `json:"containers"`
	Volumes []map[string]any `json:"volumes"`
}

type probe struct {
	HTTPGet struct {
		Path string `json:"path"`
	} `json:"httpGet"`
}

func TestAgentPodIsConfined(t *testing.T) {
	t.Parallel()
	d := convert[deployment](t, buildCluster(t)["Deployment/lotsync"])
	p := d.Spec.Template.Spec
	c := p.Containers[0]
	checks := map[string]bool{
		"one pod at a time":                  d.Spec.Replicas == 1 && d.Spec.Strategy.Type == "Recreate",
		"the selector finds the pod":         len(d.Spec.Selector.MatchLabels) > 0 && maps.Equal(d.Spec.Selector.MatchLabels, d.Spec.Template.Metadata.Labels),
		"on the lot's node only":             p.NodeSelector["lotsync.dev/site"] == "be.bru.0003",
		"not root":                           p.SecurityContext.RunAsNonRoot && p.SecurityContext.RunAsUser == 65532,
		"seccomp RuntimeDefault":             p.SecurityContext.SeccompProfile.Type == "RuntimeDefault",
		"a read-only root":                   c.SecurityContext.ReadOnlyRootFilesystem,
		"no privilege escalation":            c.SecurityContext.AllowPrivilegeEscalation != nil && !*c.SecurityContext.AllowPrivilegeEscalation,
		"no capabilities":                    slices.Equal(c.SecurityContext.Capabilities.Drop, []string{"ALL"}),
		"128Mi":                              c.Resources.Limits["memory"] == "128Mi",
		"liveness on /healthz":               c.LivenessProbe.HTTPGet.Path == "/healthz",
		"readiness on /readyz":               c.ReadinessProbe.HTTPGet.Path == "/readyz",
		"an image of a version":              strings.Contains(c.Image, ":v") && !strings.HasSuffix(c.Image, ":latest"),
		"nothing of the host's is mounted":   !slices.ContainsFunc(p.Volumes, func(v map[string]any) bool { return v["hostPath"] != nil }),
		"it stays while the node is unready": stays(p, "node.kubernetes.io/not-ready") && stays(p, "node.kubernetes.io/unreachable"),
	}
	for sentence, holds := range checks {
		if !holds {
			t.Errorf("the agent's pod: not so: %s", sentence)
		}
	}
}

// stays tells whether the pod tolerates the taint without a limit.
func stays(p podSpec, taint string) bool {
	for _, tol := range p.Tolerations {
		if tol.Key == taint && tol.Effect == "NoExecute" && tol.TolerationSeconds == nil {
			return true
		}
	}
	return false
}

type role struct {
	Metadata struct {
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Rules []struct {
		APIGroups []string `json:"apiGroups"`
		Resources []string `json:"resources"`
		Verbs     []string `json:"verbs"`
	} `json:"rules"`
}

// TestRoleGrantsTheSampleLotsKindsAndNoMore compares the Role with what the joined
// sample lot renders to.
func TestRoleGrantsTheSampleLotsKindsAndNoMore(t *testing.T) {
	t.Parallel()
	r := convert[role](t, buildCluster(t)["Role/lotsync"])
	if r.Metadata.Namespace != "lot-be-bru-0003" {
		t.Errorf("the Role is in namespace %q", r.Metadata.Namespace)
	}
	var got []string
	for _, rule := range r.Rules {
		if slices.Equal(rule.Resources, []string{"pods"}) {
			if !slices.Equal(rule.Verbs, []string{"list"}) { // why a workload ails
				t.Errorf("pods: verbs %v, want list", rule.Verbs)
			}
			continue
		}
		if want := []string{"create", "delete", "get", "list", "patch"}; !slices.Equal(rule.Verbs, want) {
			t.Errorf("%v: verbs %v, want %v", rule.Resources, rule.Verbs, want)
		}
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				got = append(got, group+"/"+resource)
			}
		}
	}
	slices.Sort(got)
	if d := cmp.Diff(resourcesOf(t, "../sites/be/bru/0003"), got); d != "" {
		t.Errorf("the lot's kinds and the Role's (-lot +role):\n%s", d)
	}
}

// resourcesOf lists group/resource of what a lot renders to, and of its inventory.
func resourcesOf(t *testing.T, folder string) []string {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{"/configmaps": true}
	for _, r := range resources.Resources() {
		gvk := r.GetGvk()
		plural := strings.ToLower(gvk.Kind) + "s"
		if stem, ok := strings.CutSuffix(gvk.Kind, "y"); ok {
			plural = strings.ToLower(stem) + "ies"
		}
		found[gvk.Group+"/"+plural] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestAgentAndLotHaveNamespacesOfTheirOwn(t *testing.T) {
	t.Parallel()
	objects := buildCluster(t)
	got := slices.Sorted(maps.Keys(objects))
	got = slices.DeleteFunc(got, func(name string) bool { return strings.HasPrefix(name, "ConfigMap/lotsync-") })
	want := []string{
		"Deployment/lotsync", "Namespace/lot-be-bru-0003", "Namespace/lotsync-be-bru-0003",
		"Role/lotsync", "RoleBinding/lotsync", "ServiceAccount/lotsync",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("objects (-want +got):\n%s", d)
	}
	if len(objects) != len(want)+1 {
		t.Errorf("%d objects, want these and one generated ConfigMap", len(objects))
	}
}
