package fleet_test

import (
	"testing"

	"github.com/lotsync/lotsync/fleet"
)

func TestQuantitiesAreBytes(t *testing.T) {
	t.Parallel()
	for text, want := range map[fleet.Quantity]int64{
		"0": 0, "128974848": 128974848, "1k": 1000, "1Ki": 1024, "512Mi": 512 << 20, "1.5Gi": 3 << 29,
		"2G": 2e9, "1e6": 1e6, "1E": 1e18, "1Ei": 1 << 60, "128974848000m": 128974848,
	} {
		if got, err := text.Bytes(); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []fleet.Quantity{"", "Mi", "1K", "1mi", "-1", "1 Gi", "1GiB", "1KMi", "many", "99E"} {
		if got, err := text.Bytes(); err == nil {
			t.Errorf("%q is taken for %d bytes", text, got)
		}
	}
}
