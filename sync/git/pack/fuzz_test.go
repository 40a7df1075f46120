package pack_test

import (
	"bytes"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/pack"
)

func FuzzRead(f *testing.F) {
	r := newRepo(f, 6, 3)
	for _, options := range [][]string{{"--delta-base-offset"}, nil, {"--window=0"}, {"--thin"}} {
		f.Add(r.pack("v1\n", options...))
		f.Add(r.pack("main\n^main~1\n", options...))
	}
	for _, cases := range []map[string]hostile{hostileHeads(), hostileData(), hostileDeltas(), hostileBases()} {
		for _, c := range cases {
			h := handmadeOf(c.count)
			c.make(h)
			f.Add(h.done())
		}
	}
	known := r.objects("main~1")
	limits := pack.Limits{Objects: 100, Packed: 64 << 10, ObjectBytes: 16 << 10, TotalBytes: 128 << 10, Chain: 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = mended(data)
		var got objects
		var res pack.Result
		var err error
		taken := allocated(func() { got, res, err = read(t, bytes.NewReader(data), known, limits) })
		if err != nil && classes(err) != 1 {
			t.Errorf("of another class, or of none: %v", err)
		}
		var total int64
		for _, o := range got {
			total += int64(len(o.Data))
			if int64(len(o.Data)) > limits.ObjectBytes {
				t.Errorf("an object of %d bytes was put", len(o.Data))
			}
		}
		if total > limits.TotalBytes || res.Objects+res.Unresolved > limits.Objects {
			t.Errorf("%d bytes were put, and %+v", total, res)
		}
		if taken > 1<<20 {
			t.Errorf("%d bytes were allocated", taken)
		}
	})
}

// mended is data with the checksum that it should end with, so that what is
// behind the checksum is tested, too.
func mended(data []byte) []byte {
	const sum = 20
	if len(data) < 12+sum || data[len(data)-1]&1 == 0 {
		return data
	}
	h := new(handmade)
	return h.raw(data[:len(data)-sum]...).done()
}

func BenchmarkRead(b *testing.B) {
	r := newRepo(b, 1000, 6)
	for _, c := range []struct {
		name    string
		options []string
	}{
		{"deltas", []string{"--delta-base-offset"}},
		{"whole", []string{"--window=0"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			data := r.in(b).pack("v1\n", c.options...)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := pack.Read(bytes.NewReader(data), objects{}.get, func(plumbing.Hash, pack.Object) {}, pack.DefaultLimits())
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
