package render_test

import (
	"testing"

	"github.com/lotsync/lotsync/render"
)

// BenchmarkBuild is one lot in this process.
func BenchmarkBuild(b *testing.B) {
	snap := sampleSnapshot(b, "nl/ams/0042")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := render.Build(snap, render.DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRender is one lot as the agent renders it: from the start of a child
// to its end.
func BenchmarkRender(b *testing.B) {
	snap := sampleSnapshot(b, "nl/ams/0042")
	options := render.DefaultOptions()
	var cpu, peak float64
	options.Observe = func(u render.Usage) {
		cpu += float64(u.CPU.Microseconds()) / 1000
		peak = max(peak, float64(u.Peak)/1e6)
	}
	r := render.New(options)
	for b.Loop() {
		if _, err := r.Render(b.Context(), snap); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(cpu/float64(b.N), "child-cpu-ms/op")
	b.ReportMetric(peak, "child-peak-MB")
}
