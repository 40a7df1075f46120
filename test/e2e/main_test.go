package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	gosync "sync"
	"testing"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

// plane is the control plane of these tests. Its node is that of the joined
// sample lot.
var plane = clustertest.Shared{Options: cluster.Options{NodeLabels: map[string]string{
	"lotsync.dev/edge": "true", "lotsync.dev/site": "be.bru.0003",
}}}

// program is the agent as it is shipped, built for the first test that asks.
var program = gosync.OnceValues(build)

// built is the folder that program is in, removed when the tests end.
var built string

// TestMain lets the test binary be the processes that have to die: the
// renderer's, and an agent that makes one pass.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == render.ChildArg {
		os.Exit(render.ChildMain(os.Stdin, os.Stdout))
	}
	if w, mortal := os.LookupEnv(mortalVariable); mortal {
		os.Exit(mortalMain(w))
	}
	var err error
	if built, err = os.MkdirTemp("", "lotsync-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := plane.Main(m)
	_ = os.RemoveAll(built)
	os.Exit(code)
}

// buildLimit is ample for a build with a cold cache on a busy machine.
const buildLimit = 10 * time.Minute

// build makes the binary as a release has it.
func build() (string, error) {
	if err := look(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	file := filepath.Join(built, "lotsync")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "node", "-ldflags", "-s -w", "-o", file, "../../cmd/lotsync")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return file, nil
}

// look reads every folder, so that go test knows what these results depend on
// and does not repeat old ones: it cannot see what the compiler reads.
func look() error {
	return filepath.WalkDir("../..", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, entry.Name()) {
			return fs.SkipDir
		}
		return err
	})
}

// within is the test's context with a deadline.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// eventually asks until holds returns nil, and fails the test with its last
// error when that takes longer than limit.
func eventually(t *testing.T, limit time.Duration, holds func() error) {
	t.Helper()
	ctx := within(t, limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := holds()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %v", limit, err)
		case <-tick.C:
		}
	}
}
