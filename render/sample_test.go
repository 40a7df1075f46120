package render_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

func TestEveryLotOfTheSampleFleetRenders(t *testing.T) {
	t.Parallel()
	lots, err := fleet.ListSites(sites.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(lots) < 12 {
		t.Fatalf("%d lots, want at least 12", len(lots))
	}
	for _, site := range lots {
		t.Run(string(site), func(t *testing.T) {
			t.Parallel()
			var usage render.Usage
			options := render.DefaultOptions()
			options.Observe = func(u render.Usage) { usage = u }
			snap := sampleSnapshot(t, site)
			bundle, err := render.New(options).Render(t.Context(), snap)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes, peak %.1f MB, CPU %s, %d findings", len(bundle.Manifest), float64(usage.Peak)/1e6, usage.CPU, len(usage.Findings))
			for _, f := range usage.Findings {
				t.Log(f)
			}
			inProcess, err := render.Build(snap, render.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(inProcess.Manifest), string(bundle.Manifest)); diff != "" {
				t.Errorf("the child's small schema gives other bytes than the whole one (-whole +small):\n%s", diff)
			}
			if bundle.Digest != sync.DigestOf(inProcess.Manifest) {
				t.Error("the digest is not the manifest's")
			}
		})
	}
}
