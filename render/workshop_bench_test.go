package render_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
	generated "github.com/lotsync/lotsync/test/bench/fleet"
)

// BenchmarkFleet is what a lot of a generated fleet costs: alone, from a workshop
// with its manifest, and from a workshop without.
func BenchmarkFleet(b *testing.B) {
	files, lots := generatedFleet(b, generated.Options{Lots: 600, Commits: 40, Seed: 3})
	w := workshop(b)
	for name, build := range map[string]func(sync.Snapshot) error{
		"plain": func(snap sync.Snapshot) error {
			_, err := render.Build(snap, render.DefaultLimits())
			return err
		},
		"workshop": func(snap sync.Snapshot) error {
			_, err := w.Build(snap)
			return err
		},
		"workshop without manifest": func(snap sync.Snapshot) error {
			_, err := w.Check(snap)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			snaps := make([]sync.Snapshot, 0, len(lots))
			for _, site := range lots {
				snaps = append(snaps, lotOf(files, site))
			}
			n := 0
			before := cpu(b)
			for b.Loop() {
				if err := build(snaps[n%len(snaps)]); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/1000/float64(n), "cpu-ms/op")
		})
	}
}

// cpu is the CPU time that this process has taken.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
