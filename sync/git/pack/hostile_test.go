package pack_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/pack"
)

// spacious is how much may be allocated for a small pack, whatever it says: a
// zlib reader, the checksums, and what is taken on an object's word.
const spacious = 512 << 10

// hostile is a pack made by hand, and what is to come of it.
type hostile struct {
	make func(*handmade)
	// count is how many objects the pack says it has.
	count               uint32
	want                error
	objects, unresolved int
}

func TestPacksMadeByHand(t *testing.T) { // not in parallel: it counts what is allocated
	for _, cases := range []map[string]hostile{hostileHeads(), hostileData(), hostileDeltas(), hostileBases()} {
		for sentence, c := range cases {
			t.Run(sentence, func(t *testing.T) {
				h := handmadeOf(c.count)
				c.make(h)
				data := h.done()
				known := objects{}
				_, known[blobID("known")] = blob("known")
				_, known[blobID("liar")] = blob("not what its id says")
				known[blobID("odd")] = pack.Object{Kind: plumbing.OFSDeltaObject, Data: []byte("odd")}
				var err error
				var res pack.Result
				taken := allocated(func() { _, res, err = read(t, bytes.NewReader(data), known, pack.DefaultLimits()) })
				if !errors.Is(err, c.want) || (c.want != nil && classes(err) != 1) {
					t.Errorf("%v, want %v", err, c.want)
				}
				if want := (pack.Result{Objects: c.objects, Unresolved: c.unresolved}); res != want {
					t.Errorf("%+v, want %+v", res, want)
				}
				if taken > spacious {
					t.Errorf("%d bytes were allocated for a pack of %d", taken, len(data))
				}
			})
		}
	}
}

// allocated is how many bytes are allocated in a function.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func hostileHeads() map[string]hostile {
	overwrite := func(at int, data string) func(*handmade) {
		return func(h *handmade) { copy(h.buf.Bytes()[at:], data) }
	}
	return map[string]hostile{
		"no objects":                          {func(*handmade) {}, 0, nil, 0, 0},
		"a page of a captive portal":          {overwrite(0, "<html>"), 0, pack.ErrCorrupt, 0, 0},
		"a version that is not known":         {overwrite(7, "\x04"), 0, pack.ErrCorrupt, 0, 0},
		"version 3":                           {overwrite(7, "\x03"), 0, nil, 0, 0},
		"four thousand million objects":       {func(*handmade) {}, 1<<32 - 1, pack.ErrTooLarge, 0, 0},
		"fewer objects than it has":           {func(h *handmade) { h.blob("a"); h.blob("b") }, 1, pack.ErrCorrupt, 1, 0},
		"kind 0":                              {func(h *handmade) { h.head(0, 1); h.raw(deflate("a")...) }, 1, pack.ErrCorrupt, 0, 0},
		"kind 5":                              {func(h *handmade) { h.blob("a"); h.head(5, 1); h.raw(deflate("a")...) }, 2, pack.ErrCorrupt, 1, 0},
		"a size without an end":               {func(h *handmade) { h.raw(bytes.Repeat([]byte{0xbf}, 30)...) }, 1, pack.ErrCorrupt, 0, 0},
		"a size of 10 bytes":                  {func(h *handmade) { h.raw(0xb1).raw(bytes.Repeat([]byte{0x80}, 8)...).raw(1) }, 1, pack.ErrCorrupt, 0, 0},
		"a size of an exabyte":                {func(h *handmade) { h.head(plumbing.BlobObject, 1<<59); h.raw(deflate("a")...) }, 1, pack.ErrTooLarge, 0, 0},
		"a size that is negative as an int32": {func(h *handmade) { h.head(plumbing.TreeObject, 1<<31+5); h.raw(deflate("a")...) }, 1, pack.ErrTooLarge, 0, 0},
	}
}

func hostileData() map[string]hostile {
	sized := func(size uint64, deflated []byte) func(*handmade) {
		return func(h *handmade) {
			h.blob("first")
			h.head(plumbing.BlobObject, size)
			h.raw(deflated...)
		}
	}
	badSum := deflate("data")
	badSum[len(badSum)-1] ^= 1
	return map[string]hostile{
		"an empty blob":                  {sized(0, deflate("")), 2, nil, 2, 0},
		"longer than declared":           {sized(3, deflate("data")), 2, pack.ErrCorrupt, 1, 0},
		"nothing declared":               {sized(0, deflate("data")), 2, pack.ErrCorrupt, 1, 0},
		"shorter than declared":          {sized(5, deflate("data")), 2, pack.ErrCorrupt, 1, 0},
		"empty, and declared otherwise":  {sized(5, deflate("")), 2, pack.ErrCorrupt, 1, 0},
		"megabytes declared":             {sized(4<<20, deflate("data")), 2, pack.ErrCorrupt, 1, 0},
		"a bomb":                         {sized(8, deflate(strings.Repeat("0", 4<<20))), 2, pack.ErrCorrupt, 1, 0},
		"not deflated":                   {sized(4, []byte("data, as it is")), 2, pack.ErrCorrupt, 1, 0},
		"deflated with a wrong checksum": {sized(4, badSum), 2, pack.ErrCorrupt, 1, 0},
		"deflated with a dictionary":     {sized(4, []byte{0x78, 0xbb, 1, 2, 3, 4, 5, 6, 7, 8}), 2, pack.ErrCorrupt, 1, 0},
		"the same object twice": {func(h *handmade) {
			h.blob("twin")
			twin := h.blob("twin")
			h.ofs(twin, becomes("twin", "child"))
		}, 3, nil, 2, 0},
	}
}

func hostileDeltas() map[string]hostile {
	with := func(delta string) func(*handmade) {
		return func(h *handmade) { h.ofs(h.blob("base"), delta) }
	}
	return map[string]hostile{
		"a good delta":                     {with(delta(4, 6, take(1, 3), insert("new"))), 2, nil, 2, 0},
		"an empty delta":                   {with(""), 2, pack.ErrCorrupt, 1, 0},
		"a delta of one byte":              {with("\x04"), 2, pack.ErrCorrupt, 1, 0},
		"a delta for a base of other size": {with(delta(5, 3, insert("new"))), 2, pack.ErrCorrupt, 1, 0},
		"a base's size without an end":     {with(strings.Repeat("\xff", 12)), 2, pack.ErrCorrupt, 1, 0},
		"a target's size without an end":   {with("\x04" + strings.Repeat("\xff", 12)), 2, pack.ErrCorrupt, 1, 0},
		"a target of a terabyte":           {with(delta(4, 1<<40, insert("new"))), 2, pack.ErrTooLarge, 1, 0},
		"a target of megabytes":            {with(delta(4, 4<<20, insert("new"))), 2, pack.ErrCorrupt, 1, 0},
		"a target that is too long":        {with(delta(4, 2, insert("new"))), 2, pack.ErrCorrupt, 1, 0},
		"a target that is too short":       {with(delta(4, 4, insert("new"))), 2, pack.ErrCorrupt, 1, 0},
		"more than the base has":           {with(delta(4, 5, take(0, 5))), 2, pack.ErrCorrupt, 1, 0},
		"from after the base":              {with(delta(4, 1, take(1<<31, 1))), 2, pack.ErrCorrupt, 1, 0},
		"a step that is cut":               {with(delta(4, 4, "\xff\x01")), 2, pack.ErrCorrupt, 1, 0},
		"more to insert than there is":     {with(delta(4, 9, "\x09new")), 2, pack.ErrCorrupt, 1, 0},
		"the step that is reserved":        {with(delta(4, 3, "\x00", insert("new"))), 2, pack.ErrCorrupt, 1, 0},
		"a target of nothing":              {with(delta(4, 0)), 2, nil, 2, 0},
	}
}

func hostileBases() map[string]hostile {
	back := func(distance ...byte) func(*handmade) {
		return func(h *handmade) {
			h.blob("base")
			h.head(plumbing.OFSDeltaObject, 6)
			h.raw(distance...).raw(deflate(becomes("base", "new"))...)
		}
	}
	return map[string]hostile{
		"a delta of itself":             {back(0), 2, pack.ErrCorrupt, 1, 0},
		"a base in the pack's header":   {func(h *handmade) { h.ofs(4, becomes("base", "new")) }, 1, pack.ErrCorrupt, 0, 0},
		"a base before the pack":        {back(0x7f), 2, pack.ErrCorrupt, 1, 0},
		"a base within an object":       {func(h *handmade) { h.ofs(h.blob("base")+1, becomes("base", "new")) }, 2, pack.ErrCorrupt, 1, 0},
		"a distance without an end":     {back(bytes.Repeat([]byte{0xff}, 20)...), 2, pack.ErrCorrupt, 1, 0},
		"a distance that wraps to 0":    {back(0x80, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xff, 0x00), 2, pack.ErrCorrupt, 1, 0},
		"a base that nobody has":        {func(h *handmade) { h.ref(blobID("x"), becomes("x", "y")) }, 1, nil, 0, 1},
		"a base that the caller has":    {func(h *handmade) { h.ref(blobID("known"), becomes("known", "y")) }, 1, nil, 1, 0},
		"a caller's base that is wrong": {func(h *handmade) { h.ref(blobID("liar"), becomes("liar", "y")) }, 1, pack.ErrCorrupt, 0, 0},
		"a caller's base of odd kind":   {func(h *handmade) { h.ref(blobID("odd"), becomes("odd", "y")) }, 1, nil, 0, 1},
		"two deltas of each other": {func(h *handmade) {
			h.ref(blobID("x"), becomes("x", "y"))
			h.ref(blobID("y"), becomes("y", "x"))
		}, 2, nil, 0, 2},
		"two deltas of each other, and the caller's": {func(h *handmade) {
			first := h.ref(blobID("known"), becomes("known", "y"))
			h.ref(blobID("y"), becomes("y", "known"))
			h.ofs(first, becomes("y", "z"))
		}, 3, nil, 3, 0},
		"each base after what builds on it": {func(h *handmade) {
			h.ref(blobID("c"), becomes("c", "d"))
			last := h.ref(blobID("b"), becomes("b", "c"))
			h.ofs(last, becomes("c", "e"))
			h.ref(blobID("a"), becomes("a", "b"))
			h.blob("a")
		}, 5, nil, 5, 0},
		"deltas of one that nobody can make": {func(h *handmade) {
			first := h.ref(blobID("x"), becomes("x", "y"))
			h.ofs(h.ofs(first, becomes("y", "z")), becomes("z", "a"))
			h.blob("other")
		}, 4, nil, 1, 3},
		"one bad among those that waited": {func(h *handmade) {
			h.ref(blobID("a"), becomes("a", "b"))
			h.ref(blobID("a"), delta(7, 1, insert("c")))
			h.ref(blobID("a"), becomes("a", "d"))
			h.blob("a")
			h.blob("not read any more")
		}, 5, pack.ErrCorrupt, 3, 0},
	}
}
