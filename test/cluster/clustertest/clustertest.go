// Package clustertest gives the tests of a package one control plane, started
// when the first test asks for it, and each test a namespace of its own:
//
//	var plane clustertest.Shared
//
//	func TestMain(m *testing.M) { os.Exit(plane.Main(m)) }
//
//	func TestSomething(t *testing.T) {
//		cp := plane.ControlPlane(t)     // skips the test under -short
//		namespace := plane.Namespace(t) // empty, gone after the test
//		…
//	}
//
// A test that stops the API server or empties the database disturbs those that
// run beside it: let it not run in parallel, or start a control plane of its
// own with Start.
package clustertest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/lotsync/lotsync/test/cluster"
)

// Shared is the control plane of one test package. Its zero value is ready for
// use; it must not be copied.
type Shared struct {
	// Options are those of the control plane. Binary is filled in.
	Options cluster.Options

	once  sync.Once
	plane *cluster.ControlPlane
	err   error
}

// Main runs the tests of a package and ends the control plane, if one was
// started. It returns the exit code, for os.Exit in TestMain.
func (s *Shared) Main(m *testing.M) int {
	code := m.Run()
	if s.plane == nil {
		return code
	}
	if err := s.plane.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "clustertest:", err)
		return 1
	}
	return code
}

// ControlPlane returns the package's control plane, and builds and starts it
// for the first test that asks. Under -short it skips the test.
func (s *Shared) ControlPlane(tb testing.TB) *cluster.ControlPlane {
	tb.Helper()
	skipShort(tb)
	s.once.Do(func() { s.plane, s.err = start(tb.Context(), s.Options) })
	if s.err != nil {
		tb.Fatal(s.err)
	}
	return s.plane
}

// Namespace makes a namespace for one test in the package's control plane, and
// deletes it after the test, without waiting for its end.
func (s *Shared) Namespace(tb testing.TB) string {
	tb.Helper()
	return Namespace(tb, s.ControlPlane(tb))
}

// Start starts a control plane for one test alone, which ends with the test.
// Under -short it skips the test.
func Start(tb testing.TB, options cluster.Options) *cluster.ControlPlane {
	tb.Helper()
	skipShort(tb)
	plane, err := start(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := plane.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return plane
}

// Namespace makes a namespace for one test in plane, and deletes it after the
// test, without waiting for its end.
func Namespace(tb testing.TB, plane *cluster.ControlPlane) string {
	tb.Helper()
	name, err := plane.NewNamespace(tb.Context(), "test-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// The test's context has ended; the namespace may have gone with the database.
		_, _ = plane.Call(context.WithoutCancel(tb.Context()), http.MethodDelete, "/api/v1/namespaces/"+name, nil)
	})
	return name
}

func start(ctx context.Context, options cluster.Options) (*cluster.ControlPlane, error) {
	binary, err := cluster.Build(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	options.Binary = binary
	return cluster.Start(ctx, options)
}

func skipShort(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs a control plane, which -short leaves out")
	}
}
