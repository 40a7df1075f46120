//go:build !race

package render_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// What one render may take on a lot's node, measured on a machine of some GHz.
const (
	mostMemory = 32_000_000
	mostCPU    = 200 * time.Millisecond
)

// TestOneLotCostsTheNodeLittle renders the largest lots of the sample fleet in
// the child of the program that a node runs, each several times: the least of
// them is what it takes, the rest is what else this machine had to do.
func TestOneLotCostsTheNodeLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("builds lotsync")
	}
	lotsync := filepath.Join(t.TempDir(), "lotsync")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags=node", "-ldflags=-s -w", "-o", lotsync, "../cmd/lotsync")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, site := range []string{"nl/ams/0042", "nl/utr/0012", "de/ber/0002"} {
		least, peak := time.Hour, int64(0)
		options := render.DefaultOptions()
		options.Command = []string{lotsync, render.ChildArg}
		options.Observe = func(u render.Usage) { least, peak = min(least, u.CPU), max(peak, u.Peak) }
		r := render.New(options)
		for range 7 {
			if _, err := r.Render(t.Context(), sampleSnapshot(t, sync.Site(site))); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%s: %s of CPU, VmHWM %.1f MB", site, least, float64(peak)/1e6)
		if least > mostCPU || peak > mostMemory {
			t.Errorf("%s: %s of CPU and VmHWM %d, at most %s and %d", site, least, peak, mostCPU, mostMemory)
		}
	}
}
