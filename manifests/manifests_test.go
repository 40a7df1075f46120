// Package manifests_test checks what installs the agent: that it parses, and that the
// promises made for it (rights, limits, placement) are the ones written down.
package manifests_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// agentFile is the Agent kind, strictly: a misspelt field fails.
type agentFile struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		Site string `json:"site"`
		Git  struct {
			URL       string `json:"url"`
			Ref       string `json:"ref"`
			Dir       string `json:"dir"`
			TokenFile string `json:"tokenFile"`
		} `json:"git"`
		Cluster struct {
			Kubeconfig string `json:"kubeconfig"`
			Namespace  string `json:"namespace"`
		} `json:"cluster"`
		StateDir string `json:"stateDir"`
		Listen   string `json:"listen"`
	} `json:"spec"`
}

func TestAgentConfigurations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, site, kubeconfig, namespace, listen string
	}{
		"on the host it reads k3s' kubeconfig and listens on loopback": {
			"host/lotsync.yaml", "nl/ams/0042", "/etc/rancher/k3s/k3s.yaml", "", "127.0.0.1:9464",
		},
		"in the cluster it uses its service account and the kubelet reaches it": {
			"cluster/agent.yaml", "be/bru/0003", "", "lot-be-bru-0003", "0.0.0.0:9464",
		},
	}
	for sentence, tt := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var a agentFile
			parseStrict(t, read(t, tt.file), &a)
			if a.APIVersion != "lotsync.dev/v1alpha1" || a.Kind != "Agent" {
				t.Errorf("it is a %s %s", a.APIVersion, a.Kind)
			}
			got := [...]string{a.Spec.Site, a.Spec.Cluster.Kubeconfig, a.Spec.Cluster.Namespace, a.Spec.Listen}
			if want := [...]string{tt.site, tt.kubeconfig, tt.namespace, tt.listen}; got != want {
				t.Errorf("site, kubeconfig, namespace, listen = %q, want %q", got, want)
			}
			if _, err := os.Stat(filepath.Join("..", a.Spec.Git.Dir, a.Spec.Site, "site.yaml")); err != nil {
				t.Errorf("the example names no lot of the sample fleet: %v", err)
			}
		})
	}
}

func TestUnitIsHardenedAndNeedsNoK3s(t *testing.T) {
	t.Parallel()
	unit := parseUnit(t, read(t, "host/lotsync.service"))
	want := map[string]string{
		"Unit/After":                      "network.target",
		"Unit/StartLimitIntervalSec":      "0",
		"Service/Type":                    "notify",
		"Service/Restart":                 "always",
		"Service/OOMPolicy":               "continue",
		"Service/StateDirectory":          "lotsync",
		"Service/StateDirectoryMode":      "0700",
		"Service/RuntimeDirectory":        "lotsync",
		"Service/ProtectSystem":           "strict",
		"Service/NoNewPrivileges":         "yes",
		"Service/CapabilityBoundingSet":   "",
		"Service/MemoryMax":               "128M",
		"Service/RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
		"Service/SystemCallFilter":        "@system-service ~@privileged",
		"Install/WantedBy":                "multi-user.target",
	}
	for key, value := range want {
		if got, ok := unit[key]; !ok || got != value {
			t.Errorf("%s=%s (set: %v), want %s", key, got, ok, value)
		}
	}
	if seconds := unit["Service/WatchdogSec"]; seconds == "" {
		t.Error("no watchdog: an agent that hangs would hang for ever")
	}
	for key := range unit {
		if regexp.MustCompile(`^Unit/(Requires|BindsTo|Requisite|PartOf)$`).MatchString(key) {
			t.Errorf("%s is set: the agent must start without k3s", key)
		}
	}
}

func TestK3sSettingsFitTheFleet(t *testing.T) {
	t.Parallel()
	type settings struct {
		NodeLabel []string `json:"node-label"`
		NodeTaint []string `json:"node-taint"`
	}
	tests := map[string]struct {
		file string
		want settings
	}{
		"a local lot's only node bears the labels and no taint": {"host/k3s/server.yaml", settings{
			NodeLabel: []string{"lotsync.dev/edge=true", "lotsync.dev/site=nl.ams.0042"},
		}},
		"a joined lot's node keeps others away": {"host/k3s/agent.yaml", settings{
			NodeLabel: []string{"lotsync.dev/edge=true", "lotsync.dev/site=be.bru.0003"},
			NodeTaint: []string{"node-role.kubernetes.io/edge=true:NoSchedule"},
		}},
	}
	for sentence, tt := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var got settings
			if err := yaml.Unmarshal(read(t, tt.file), &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("labels and taints (-want +got):\n%s", d)
			}
		})
	}
}

func TestAlertsUseMetricsOfTheAgentOnly(t *testing.T) {
	t.Parallel()
	var file struct {
		Groups []struct {
			Name  string `json:"name"`
			Rules []struct {
				Alert       string            `json:"alert"`
				Expr        string            `json:"expr"`
				For         string            `json:"for"`
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
			} `json:"rules"`
		} `json:"groups"`
	}
	parseStrict(t, read(t, "alerts.yaml"), &file)
	known := []string{
		"lotsync_last_success_timestamp_seconds", "lotsync_sync_failures_total",
		"lotsync_in_step", "lotsync_git_reachable", "lotsync_cluster_reachable",
	}
	used := map[string]bool{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if _, err := time.ParseDuration(r.For); err != nil || r.Labels["severity"] == "" ||
				r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
				t.Errorf("%s: for %q (%v), labels %v, annotations %v: all must say something", r.Alert, r.For, err, r.Labels, r.Annotations)
			}
			for _, metric := range regexp.MustCompile(`lotsync_\w+`).FindAllString(r.Expr, -1) {
				used[metric] = true
				if !slices.Contains(known, metric) {
					t.Errorf("%s: the agent has no metric %s", r.Alert, metric)
				}
			}
		}
	}
	for _, metric := range known {
		if !used[metric] {
			t.Errorf("nothing watches %s", metric)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func parseStrict(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(raw, into); err != nil {
		t.Fatal(err)
	}
}

// parseUnit reads a systemd unit into Section/Key; repeated keys are joined.
func parseUnit(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	unit := map[string]string{}
	section := ""
	for line := range strings.SplitSeq(string(raw), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		default:
			key, value, ok := strings.Cut(line, "=")
			if !ok || section == "" {
				t.Fatalf("lotsync.service: not a setting: %q", line)
			}
			key = section + "/" + key
			unit[key] = strings.TrimSpace(unit[key] + " " + value)
		}
	}
	return unit
}

// buildCluster renders manifests/cluster into its objects, by kind and name.
func buildCluster(t *testing.T) map[string]map[string]any {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "cluster")
	if err != nil {
		t.Fatal(err)
	}
	text, err := resources.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]map[string]any{}
	for raw := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var o struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		var fields map[string]any
		if err := yaml.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		objects[o.Kind+"/"+o.Metadata.Name] = fields
	}
	return objects
}
