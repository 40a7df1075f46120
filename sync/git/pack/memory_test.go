package pack_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/pack"
)

// TestHoldsLittleOfWhatIsDropped reads a fleet of 30,000 objects, of which none
// is kept. Not in parallel: it looks at the heap.
func TestHoldsLittleOfWhatIsDropped(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty thousand objects take seconds to make")
	}
	r := newRepo(t, 8_600, 4)
	data := bytes.NewReader(r.pack("v1\n", "--delta-base-offset", "--window=4"))
	limits := pack.DefaultLimits()
	limits.Objects, limits.TotalBytes = 40_000, 64<<20
	before := live()
	var objects int
	var inflated, held uint64
	res, err := pack.Read(data, func(plumbing.Hash) (pack.Object, bool) { return pack.Object{}, false }, func(_ plumbing.Hash, o pack.Object) {
		inflated += uint64(len(o.Data))
		if objects++; objects%4000 == 0 {
			held = max(held, live()-min(before, live()))
		}
	}, limits)
	if err != nil || res.Objects < 28_000 {
		t.Fatalf("%+v, %v", res, err)
	}
	t.Logf("%d objects, %d KB packed, %d KB inflated, %d KB held", objects, data.Size()>>10, inflated>>10, held>>10)
	const most = 12 << 20 // 2 MiB of what was made, 200 bytes an object, the deltas
	if held > most || inflated < most {
		t.Errorf("%d bytes are held of %d", held, inflated)
	}
}

// live is how many bytes of the heap are in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMakesAgainWhatItDropped needs bases that were made too long ago, the first
// of them from an object that the caller has, and that is in the pack, too,
// made from what was made from it.
func TestMakesAgainWhatItDropped(t *testing.T) {
	t.Parallel()
	h := handmadeOf(12)
	first := h.ref(blobID("known"), becomes("known", "first"))
	second := h.ofs(first, becomes("first", "second"))
	h.ref(blobID("second"), becomes("second", "known"))
	for i := range 4 { // more than is held of what was made
		name := fmt.Sprint(i)
		at := h.blob(name + strings.Repeat("x", 1<<20-1))
		h.ofs(at, delta(1<<20, 1<<20, insert(name+"!"), take(2, 1<<20-2)))
	}
	h.ofs(second, becomes("second", "third"))
	data := h.done()

	known, kept := blob("known")
	asked := 0
	base := func(times int) func(plumbing.Hash) (pack.Object, bool) {
		return func(id plumbing.Hash) (pack.Object, bool) {
			asked++
			return kept, id == known && asked <= times
		}
	}
	none := func(plumbing.Hash, pack.Object) {}
	for sentence, c := range map[string]struct {
		times int
		want  pack.Result
	}{
		"the caller has the base still": {2, pack.Result{Objects: 12}},
		"the caller dropped the base":   {1, pack.Result{Objects: 11, Unresolved: 1}},
	} {
		asked = 0
		res, err := pack.Read(bytes.NewReader(data), base(c.times), none, pack.DefaultLimits())
		if err != nil || res != c.want || asked != 2 {
			t.Errorf("%s: %+v, %v; asked %d times", sentence, res, err, asked)
		}
	}
}

// TestExpansionIsBounded sends a few bytes that stand for a gigabyte.
func TestExpansionIsBounded(t *testing.T) { // not in parallel: it counts what is allocated
	h := handmadeOf(1001)
	mega := strings.Repeat("x", 1<<20)
	at := h.blob(mega)
	for i := range 1000 {
		h.ofs(at, delta(1<<20, 1<<20, insert(fmt.Sprintf("%04d", i)), take(4, 1<<20-4)))
	}
	data := h.done()
	limits := pack.DefaultLimits()
	var err error
	taken := allocated(func() { _, _, err = read(t, bytes.NewReader(data), nil, limits) })
	if !errors.Is(err, pack.ErrTooLarge) {
		t.Error(err)
	}
	if most := 4 * uint64(limits.TotalBytes); taken > most {
		t.Errorf("%d bytes were allocated for a pack of %d", taken, len(data))
	}
}

// TestWorkIsBounded lets objects build on the ends of two long chains by turns,
// so that neither is held.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	const size, length, children = 64 << 10, 100, 60
	h := handmadeOf(2*length + children)
	step := func(i int) string {
		return delta(size, size, insert(fmt.Sprintf("%04d", i)), take(4, size-4))
	}
	var ends [2]int
	for i := range ends {
		ends[i] = h.blob(fmt.Sprint(i) + strings.Repeat("x", size-1))
		ends[i] = h.ofs(ends[i], delta(size, size, take(0, 1), insert(fmt.Sprintf("%04d", i)), take(5, size-5)))
		for n := range length - 2 {
			ends[i] = h.ofs(ends[i], delta(size, size, take(0, 5), insert(fmt.Sprintf("%04d", n)), take(9, size-9)))
		}
	}
	for i := range children {
		h.ofs(ends[i%2], step(i))
	}
	limits := pack.DefaultLimits()
	limits.TotalBytes = (2*length + children + 5) * size
	_, res, err := read(t, bytes.NewReader(h.done()), nil, limits)
	if !errors.Is(err, pack.ErrTooLarge) || !strings.Contains(err.Error(), "too much work") || res.Objects <= 2*length {
		t.Errorf("%+v, %v", res, err)
	}
}
