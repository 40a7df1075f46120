package cluster_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

// TestOutages takes a control plane of its own through all that can befall one.
func TestOutages(t *testing.T) { //nolint:tparallel // its parts follow one another
	t.Parallel()
	plane := clustertest.Start(t, cluster.Options{})
	const path = "/api/v1/namespaces/default/configmaps"
	call(t, plane, http.MethodPost, path, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"},"data":{"a":"1"}}`)

	t.Run("a stopped API server refuses connections, and nothing is lost", func(t *testing.T) {
		if err := plane.StopAPI(); err != nil {
			t.Fatal(err)
		}
		if _, err := plane.Call(t.Context(), http.MethodGet, path, nil); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want a refused connection", err)
		}
		if err := plane.PauseAPI(); err == nil {
			t.Error("a stopped API server was paused")
		}
		if err := plane.StartAPI(t.Context()); err != nil {
			t.Fatal(err)
		}
		call(t, plane, http.MethodGet, path+"/kept", "")
		rollout(t, plane, "after-stop")
	})
	t.Run("a paused API server does not answer until it goes on", func(t *testing.T) {
		if err := plane.PauseAPI(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := plane.Call(ctx, http.MethodGet, path, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want no answer in time", err)
		}
		if err := plane.ResumeAPI(); err != nil {
			t.Fatal(err)
		}
		call(t, plane, http.MethodGet, path+"/kept", "")
		rollout(t, plane, "after-pause")
	})
	t.Run("an emptied database leaves a cluster that works", func(t *testing.T) {
		if err := plane.EmptyDatabase(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !missing(plane, path+"/kept") {
			t.Error("the ConfigMap outlived its database")
		}
		rollout(t, plane, "after-loss")
	})
	t.Run("a control plane that is stopped leaves nothing behind", func(t *testing.T) {
		for range 2 {
			if err := plane.Stop(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(plane.Dir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("its folder: %v, want it gone", err)
		}
	})
}

func rollout(t *testing.T, plane *cluster.ControlPlane, name string) {
	t.Helper()
	const path = "/apis/apps/v1/namespaces/default/deployments"
	call(t, plane, http.MethodPost, path, deployment(name, "example.test/web:1"))
	began := time.Now()
	eventually(t, name+" is available", func() bool { return available(t, plane, path+"/"+name) == 2 })
	t.Logf("%s: available after %s", name, time.Since(began).Round(time.Millisecond))
}
