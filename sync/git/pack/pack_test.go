package pack_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lotsync/lotsync/sync/git/pack"
)

func TestReadsWhatGitPacks(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 60, 6)
	want := r.objects("v1")
	for sentence, options := range map[string][]string{
		"bases are named by where they are": {"--delta-base-offset"},
		"bases are named by their ids":      nil,
		"chains are long":                   {"--delta-base-offset", "--depth=250", "--window=250"},
		"nothing is a delta":                {"--window=0"},
		"nothing is compressed":             {"--compression=0", "--delta-base-offset"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			data := r.in(t).pack("v1\n", options...)
			got, res, err := read(t, bytes.NewReader(data), nil, pack.DefaultLimits())
			if err != nil || res.Unresolved != 0 {
				t.Fatalf("%+v, %v", res, err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error("objects (-want +got):", diff)
			}
			// The test is of deltas only if there are some.
			limits := pack.DefaultLimits()
			limits.Chain = 0
			_, _, err = read(t, bytes.NewReader(data), nil, limits)
			if deltas := errors.Is(err, pack.ErrTooLarge); deltas == (sentence == "nothing is a delta") {
				t.Errorf("with deltas allowed on nothing: %v", err)
			}
		})
	}
}

func TestReadsThinPacks(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 60, 6)
	had, news := r.objects("main~1"), r.objects("main", "^main~1")
	for sentence, options := range map[string][]string{
		"bases are named by where they are": {"--thin", "--delta-base-offset"},
		"bases are named by their ids":      {"--thin"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			data := r.in(t).pack("main\n^main~1\n", options...)
			got, res, err := read(t, bytes.NewReader(data), had, pack.DefaultLimits())
			if err != nil || res.Unresolved != 0 {
				t.Fatalf("%+v, %v", res, err)
			}
			if diff := cmp.Diff(news, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error("objects (-want +got):", diff)
			}

			got, res, err = read(t, bytes.NewReader(data), nil, pack.DefaultLimits())
			if err != nil || res.Unresolved == 0 || res.Objects+res.Unresolved != len(news) {
				t.Fatalf("without their bases, of %d: %+v, %v", len(news), res, err)
			}
			for id := range got {
				if _, ok := news[id]; !ok {
					t.Errorf("%s is not in the pack", id)
				}
			}
		})
	}
}

// TestCutAnywhere holds that a link which dies costs nothing of what came.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 6, 3)
	for sentence, options := range map[string][]string{
		"bases are named by where they are": {"--delta-base-offset"},
		"bases are named by their ids":      nil,
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			data := r.in(t).pack("v1\n", options...)
			ends := r.in(t).ends(data)
			for n := range data {
				got, res, err := read(t, bytes.NewReader(data[:n]), nil, pack.DefaultLimits())
				if !errors.Is(err, pack.ErrCut) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pack.ErrCorrupt) || res.Unresolved != 0 {
					t.Fatalf("cut after %d of %d bytes: %+v, %v", n, len(data), res, err)
				}
				for id, end := range ends {
					if _, ok := got[id]; ok != (end <= n) {
						t.Errorf("cut after %d bytes: %s ends after %d: put: %t", n, id, end, ok)
					}
				}
			}
		})
	}
}

// TestAnyByteWrong flips bits of each byte. The checksum finds them all, and
// nothing that is put is what its id does not say.
func TestAnyByteWrong(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 6, 3)
	for sentence, options := range map[string][]string{
		"bases are named by where they are": {"--delta-base-offset"},
		"bases are named by their ids":      nil,
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			data := r.in(t).pack("v1\n", options...)
			for i := range data {
				for _, mask := range []byte{1 << (i % 8), 0xff} {
					spoilt := bytes.Clone(data)
					spoilt[i] ^= mask
					_, _, err := read(t, bytes.NewReader(spoilt), nil, pack.DefaultLimits())
					if classes(err) != 1 {
						t.Fatalf("byte %d ^ %#x: %v", i, mask, err)
					}
				}
			}
		})
	}
}

// classes is how many sentinels an error wraps.
func classes(err error) (n int) {
	for _, class := range []error{pack.ErrCut, pack.ErrCorrupt, pack.ErrTooLarge} {
		if errors.Is(err, class) {
			n++
		}
	}
	return n
}

func TestEachLimit(t *testing.T) {
	t.Parallel()
	r := newRepo(t, 20, 6)
	data := r.pack("v1\n", "--delta-base-offset")
	all, _, err := read(t, bytes.NewReader(data), nil, pack.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var largest, total int64
	for o := range maps.Values(all) {
		largest = max(largest, int64(len(o.Data)))
		total += int64(len(o.Data))
	}
	cases := map[string]struct {
		limit func(*pack.Limits, int64)
		fits  int64 // the least that is enough, or more than that
		says  string
	}{
		"objects": {func(l *pack.Limits, n int64) { l.Objects = int(n) }, int64(len(all)), "objects, "},
		"packed":  {func(l *pack.Limits, n int64) { l.Packed = n }, int64(len(data)), "were sent"},
		"object":  {func(l *pack.Limits, n int64) { l.ObjectBytes = n }, largest, "an object of"},
		"total":   {func(l *pack.Limits, n int64) { l.TotalBytes = n }, total + int64(len(data))*4, "inflated"},
		"chain":   {func(l *pack.Limits, n int64) { l.Chain = int(n) }, 50, "build on one another"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			limits := pack.DefaultLimits()
			c.limit(&limits, c.fits)
			if _, _, err := read(t, bytes.NewReader(data), nil, limits); err != nil {
				t.Fatal(err)
			}
			short := c.fits - 1
			switch sentence {
			case "total":
				short = total - 1
			case "chain":
				short = 1
			}
			for _, n := range []int64{short, 0, -1} {
				c.limit(&limits, n)
				_, _, err := read(t, bytes.NewReader(data), nil, limits)
				if !errors.Is(err, pack.ErrTooLarge) || classes(err) != 1 || !strings.Contains(err.Error(), c.says) {
					t.Errorf("with %d allowed: %v", n, err)
				}
			}
		})
	}
}

func TestObjectID(t *testing.T) {
	t.Parallel()
	empty := pack.Object{Kind: plumbing.TreeObject}
	if id := empty.ID().String(); id != "4b825dc642cb6eb9a060e54bf8d69288fbee4904" {
		t.Error("an empty tree is", id)
	}
}
