package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

func TestADeploymentBecomesAvailable(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	path := "/apis/apps/v1/namespaces/" + namespace + "/deployments"
	call(t, plane, http.MethodPost, path, deployment("web", "example.test/web:1"))
	eventually(t, "web is available", func() bool {
		return available(t, plane, path+"/web") == 2
	})
}

func TestAnImageThatCannotBePulledIsSeen(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	call(t, plane, http.MethodPost, "/apis/apps/v1/namespaces/"+namespace+"/deployments", deployment("web", "example.test/broken:1"))
	eventually(t, "both pods wait for their image", func() bool {
		pods := call(t, plane, http.MethodGet, "/api/v1/namespaces/"+namespace+"/pods", "")
		return strings.Count(pods, `"reason":"ImagePullBackOff"`) == 2
	})
	eventually(t, "there is an event", func() bool {
		events := call(t, plane, http.MethodGet, "/api/v1/namespaces/"+namespace+"/events", "")
		return strings.Contains(events, `"reason":"Failed"`)
	})
	if got := available(t, plane, "/apis/apps/v1/namespaces/"+namespace+"/deployments/web"); got != 0 {
		t.Errorf("%d pods are available, want none", got)
	}
}

func TestAJobIsDone(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	path := "/apis/batch/v1/namespaces/" + namespace + "/jobs"
	call(t, plane, http.MethodPost, path, `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"once"},"spec":{"template":{
		"spec":{"restartPolicy":"Never","containers":[{"name":"once","image":"example.test/once:1"}]}}}}`)
	eventually(t, "the job is complete", func() bool {
		var job struct{ Status struct{ Succeeded int } }
		decode(t, call(t, plane, http.MethodGet, path+"/once", ""), &job)
		return job.Status.Succeeded == 1
	})
}

func TestANamespaceWithPodsGoesAway(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	path := "/apis/apps/v1/namespaces/" + namespace + "/deployments"
	call(t, plane, http.MethodPost, path, deployment("web", "example.test/web:1"))
	eventually(t, "web is available", func() bool { return available(t, plane, path+"/web") == 2 })
	call(t, plane, http.MethodDelete, "/api/v1/namespaces/"+namespace, "")
	eventually(t, "the namespace is gone", func() bool {
		return missing(plane, "/api/v1/namespaces/"+namespace)
	})
}

func TestANodeHasTheLabelsAndTaintsAskedFor(t *testing.T) {
	t.Parallel()
	plane := clustertest.Start(t, cluster.Options{
		NodeName:   "lot-0042",
		NodeLabels: map[string]string{"node-role.kubernetes.io/edge": "", "lotsync.dev/site": "nl.ams.0042"},
		NodeTaints: []string{"node-role.kubernetes.io/edge:NoSchedule"},
	})
	var node struct {
		Metadata struct{ Labels map[string]string }
		Spec     struct {
			Taints []struct{ Key, Effect string }
		}
	}
	decode(t, call(t, plane, http.MethodGet, "/api/v1/nodes/lot-0042", ""), &node)
	if _, ok := node.Metadata.Labels["node-role.kubernetes.io/edge"]; !ok || node.Metadata.Labels["lotsync.dev/site"] != "nl.ams.0042" {
		t.Errorf("labels: %v", node.Metadata.Labels)
	}
	if len(node.Spec.Taints) != 1 || node.Spec.Taints[0].Key != "node-role.kubernetes.io/edge" || node.Spec.Taints[0].Effect != "NoSchedule" {
		t.Errorf("taints: %v", node.Spec.Taints)
	}
}

func TestAControlPlaneWithoutABinaryIsRefused(t *testing.T) {
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "Build") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
}

func TestAProgramThatEndsIsNamedWithItsOutput(t *testing.T) {
	binary := t.TempDir() + "/binary"
	if err := os.WriteFile(binary, []byte("#!/bin/sh\necho no disk left\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: dir, Binary: binary})
	for _, want := range []string{"the API server", "exit status 3", "no disk left"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to contain %q", err, want)
		}
	}
}

// deployment is a Deployment of two pods.
func deployment(name, image string) string {
	return strings.NewReplacer("NAME", name, "IMAGE", image).Replace(`{"apiVersion":"apps/v1","kind":"Deployment",
		"metadata":{"name":"NAME"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"NAME"}},
		"template":{"metadata":{"labels":{"app":"NAME"}},"spec":{"containers":[{"name":"main","image":"IMAGE"}]}}}}`)
}

func available(t *testing.T, plane *cluster.ControlPlane, path string) int {
	t.Helper()
	var found struct {
		Status struct{ AvailableReplicas int }
	}
	decode(t, call(t, plane, http.MethodGet, path, ""), &found)
	return found.Status.AvailableReplicas
}

func call(t *testing.T, plane *cluster.ControlPlane, method, path, body string) string {
	t.Helper()
	answer, err := plane.Call(t.Context(), method, path, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func missing(plane *cluster.ControlPlane, path string) bool {
	_, err := plane.Call(context.Background(), http.MethodGet, path, nil)
	var status *cluster.StatusError
	return errors.As(err, &status) && status.Code == http.StatusNotFound
}

func decode(t *testing.T, text string, out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), out); err != nil {
		t.Fatal(err)
	}
}

// eventually asks until holds says yes, for at most a minute.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("a minute later it does not hold that %s", what)
		}
	}
}
