package openapi

import "testing"

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b, served)
	}
}

func BenchmarkCheckADeployment(b *testing.B) {
	s := load(b, served)
	for _, o := range samples(b) {
		if o["kind"] != "Deployment" {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			s.Check(o)
		}
		return
	}
}

// BenchmarkCheckAPod checks one with every kind of volume and probe, of 6 KB.
func BenchmarkCheckAPod(b *testing.B) {
	s, o := load(b, served), samples(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		s.Check(o)
	}
}
