package share_test

import (
	"iter"
	"os"
	"strconv"
	"strings"
	"testing"
)

// seeds are those of the fleets to invent. LOTSYNC_SEEDS asks for others, such as
// 1000-200000.
func seeds(tb testing.TB) iter.Seq[uint64] {
	tb.Helper()
	first, last := uint64(0), uint64(12)
	if given := os.Getenv("LOTSYNC_SEEDS"); given != "" {
		var err error
		before, after, _ := strings.Cut(given, "-")
		if first, err = strconv.ParseUint(before, 10, 64); err != nil {
			tb.Fatal(err)
		}
		if last, err = strconv.ParseUint(after, 10, 64); err != nil {
			tb.Fatal(err)
		}
	}
	return func(yield func(uint64) bool) {
		for seed := first; seed < last && yield(seed); seed++ {
		}
	}
}
