package render_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// FuzzFleet renders whole small fleets in the child, which can open no file and
// no socket and has its limit of memory: whatever they are made of, the answer is
// a bundle, the same one twice, or sync.ErrInvalid.
func FuzzFleet(f *testing.F) {
	f.Add(archive(tiny(nil)))
	all := badInputs()
	maps.Copy(all, blowUps())
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if seed := archive(tiny(all[name].files)); len(seed) < 16<<10 {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, fleet []byte) {
		snap := tiny(nil)
		snap.Files = map[string][]byte{}
		for _, file := range txtar.Parse(fleet).Files {
			snap.Files[file.Name] = file.Data
		}
		r := render.New(render.DefaultOptions())
		first, err := r.Render(t.Context(), snap)
		if err != nil {
			if !errors.Is(err, sync.ErrInvalid) || strings.Contains(err.Error(), "gave up") {
				t.Errorf("%v: want sync.ErrInvalid, and no panic", err)
			}
			return
		}
		if again, err := r.Render(t.Context(), snap); err != nil || again.Digest != first.Digest {
			t.Errorf("the second render is %s after %s, %v", again.Digest, first.Digest, err)
		}
	})
}

// archive is a snapshot's files as one text.
func archive(snap sync.Snapshot) []byte {
	var a txtar.Archive
	for _, name := range slices.Sorted(maps.Keys(snap.Files)) {
		a.Files = append(a.Files, txtar.File{Name: name, Data: snap.Files[name]})
	}
	return txtar.Format(&a)
}
