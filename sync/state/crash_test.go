package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
)

// op is one thing that was done to the disk.
type op struct {
	what string // "write", "rename", "remove", "syncdir"
	name string
	to   string
	data []byte
}

// recorder is a writer that remembers, and that can be told to fail.
type recorder struct {
	disk
	ops  []op
	fail func(o op) error
}

func (r *recorder) note(o op) error {
	r.ops = append(r.ops, o)
	if r.fail != nil {
		return r.fail(o)
	}
	return nil
}

func (r *recorder) WriteSync(name string, data []byte) error {
	if err := r.note(op{what: "write", name: name, data: slices.Clone(data)}); err != nil {
		return err
	}
	return r.disk.WriteSync(name, data)
}

func (r *recorder) Rename(oldName, newName string) error {
	if err := r.note(op{what: "rename", name: oldName, to: newName}); err != nil {
		return err
	}
	return r.disk.Rename(oldName, newName)
}

func (r *recorder) Remove(name string) error {
	if err := r.note(op{what: "remove", name: name}); err != nil {
		return err
	}
	return r.disk.Remove(name)
}

func (r *recorder) SyncDir(dir string) error {
	if err := r.note(op{what: "syncdir", name: dir}); err != nil {
		return err
	}
	return r.disk.SyncDir(dir)
}

func (r *recorder) count(what string) int {
	n := 0
	for _, o := range r.ops {
		if o.what == what {
			n++
		}
	}
	return n
}

func sample(n int) (sync.State, sync.Bundle) {
	b := sync.NewBundle(sync.Revision{Commit: sync.Commit(fmt.Sprint("commit", n))}, fmt.Appendf(nil, "bundle %d", n))
	return sync.State{
		Site:    "nl/ams/0042",
		Seen:    b.Revision,
		Current: &sync.Rollout{Digest: b.Digest, Revision: b.Revision, Phase: sync.Good},
	}, b
}

func openRecorded(t *testing.T, dir string) (*Store, *recorder) {
	t.Helper()
	r := &recorder{}
	s, err := open(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r.ops = nil
	return s, r
}

func put(t *testing.T, s *Store, n int) {
	t.Helper()
	st, b := sample(n)
	if err := errors.Join(s.PutBundle(b), s.Save(st)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatAnUpdateCostsTheCard(t *testing.T) {
	s, r := openRecorded(t, t.TempDir())
	put(t, s, 1)
	for name, c := range map[string]struct {
		do                    func(t *testing.T)
		writes, syncs, rename int
	}{
		"an update writes the bundle and the state": {func(t *testing.T) { t.Helper(); put(t, s, 2) }, 2, 4, 2},
		"reading writes nothing": {func(t *testing.T) {
			t.Helper()
			st, err := s.Load()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Bundle(st.Current.Digest); err != nil {
				t.Fatal(err)
			}
		}, 0, 0, 0},
		"what is there already is not written again": {func(t *testing.T) {
			t.Helper()
			put(t, s, 3)
			r.ops = nil
			put(t, s, 3)
		}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r.ops = nil
			c.do(t)
			got := [3]int{r.count("write"), r.count("write") + r.count("syncdir"), r.count("rename")}
			if want := [3]int{c.writes, c.syncs, c.rename}; got != want {
				t.Errorf("writes, syncs, renames: %v, want %v", got, want)
			}
		})
	}
}

func TestOpeningWhatIsThereWritesNothing(t *testing.T) {
	dir := t.TempDir()
	s, _ := openRecorded(t, dir)
	put(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	again, err := open(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.ops) != 0 {
		t.Errorf("%+v", r.ops)
	}
	// The first save after a start knows what is there, too.
	put(t, again, 1)
	if len(r.ops) != 0 {
		t.Errorf("saving what was saved before the start: %+v", r.ops)
	}
	_ = again.Close()
}

// TestAPowerCutAnywhereLeavesAWholeState cuts the power before, in, and after
// every operation of three updates, and lets everything that had not been synced
// be lost or not.
func TestAPowerCutAnywhereLeavesAWholeState(t *testing.T) {
	recorded := t.TempDir()
	s, r := openRecorded(t, recorded)
	returned := map[int]int{} // number of operations -> the update that had returned
	for n := 1; n <= 4; n++ {
		put(t, s, n)
		returned[len(r.ops)] = n
	}
	done := 0
	for cut := range len(r.ops) + 1 {
		done = max(done, returned[cut])
		for name, after := range worlds(r.ops, cut) {
			t.Run(fmt.Sprintf("%d %s", cut, name), func(t *testing.T) {
				dir := replay(t, recorded, after)
				checkSurvivor(t, dir, done)
			})
		}
	}
}

// worlds are the ways in which the disk may look when the power goes at an
// operation: what a synced folder holds is certain; renames and removals after
// its last sync have happened, or not; the operation itself is done in part.
func worlds(ops []op, cut int) map[string][]op {
	kept := slices.Clone(ops[:cut])
	out := map[string][]op{"all reached the card": kept}
	var certain []op
	for i, o := range kept {
		synced := func(later op) bool { return later.what == "syncdir" && later.name == filepath.Dir(o.name) }
		if o.what == "write" || slices.ContainsFunc(kept[i:], synced) {
			certain = append(certain, o)
		}
	}
	out["names not synced are lost"] = certain
	if cut < len(ops) && ops[cut].what == "write" {
		for _, part := range []int{0, len(ops[cut].data) / 2} {
			half := ops[cut]
			half.data = half.data[:part]
			out[fmt.Sprintf("cut in a write after %d bytes", part)] = append(slices.Clone(kept), half)
		}
	}
	return out
}

// replay does the operations in a new state directory.
func replay(t *testing.T, from string, ops []op) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, bundlesDir), 0o700); err != nil {
		t.Fatal(err)
	}
	moved := func(name string) string { return strings.Replace(name, from, dir, 1) }
	for _, o := range ops {
		var err error
		switch o.what {
		case "write":
			err = os.WriteFile(moved(o.name), o.data, 0o600)
		case "rename":
			err = os.Rename(moved(o.name), moved(o.to))
		case "remove":
			err = os.Remove(moved(o.name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// checkSurvivor opens what a power cut left: the state is the last that Save
// returned for, or the one that was being saved; its bundle is whole; and the
// store goes on.
func checkSurvivor(t *testing.T, dir string, done int) {
	t.Helper()
	s, _ := openRecorded(t, dir)
	got, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	older, _ := sample(done)
	newer, _ := sample(done + 1)
	if done == 0 {
		older = sync.State{}
	}
	if !cmp.Equal(got, older) && !cmp.Equal(got, newer) {
		t.Fatalf("after update %d: %+v", done, got)
	}
	for _, digest := range got.Bundles() {
		if _, err := s.Bundle(digest); err != nil {
			t.Error(err)
		}
	}
	if len(s.Damage()) != 0 {
		t.Errorf("damage: %v", s.Damage())
	}
	put(t, s, 9)
	want, _ := sample(9)
	if got, err := s.Load(); err != nil || !cmp.Equal(got, want) {
		t.Errorf("the next save: %+v, %v", got, err)
	}
	leftover, err := filepath.Glob(filepath.Join(dir, "*"+tmpSuffix))
	if err != nil || len(leftover) != 0 {
		t.Errorf("left over: %v, %v", leftover, err)
	}
}

func TestADiskThatRefusesSaysWhatToDoAndKeepsWhatItHas(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"full":        {syscall.ENOSPC, "make room"},
		"over quota":  {syscall.EDQUOT, "make room"},
		"read-only":   {syscall.EROFS, "SD card"},
		"failing":     {syscall.EIO, "replace it"},
		"not allowed": {syscall.EACCES, "--state-dir"},
	} {
		for _, at := range []string{"write", "rename", "syncdir"} {
			t.Run(name+" at "+at, func(t *testing.T) {
				s, r := openRecorded(t, t.TempDir())
				put(t, s, 1)
				r.fail = func(o op) error {
					if o.what == at {
						return &os.PathError{Op: o.what, Path: o.name, Err: c.err}
					}
					return nil
				}
				st, b := sample(2)
				for what, err := range map[string]error{"bundle": s.PutBundle(b), "state": s.Save(st)} {
					if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), s.dir) {
						t.Errorf("%s: %v, want the cause, the file and %q", what, err, c.want)
					}
				}
				first, _ := sample(1)
				got, err := s.Load()
				// A rename whose folder could not be synced is there, or will
				// not be: both are whole.
				if err != nil || !cmp.Equal(got, first) && (at != "syncdir" || !cmp.Equal(got, st)) {
					t.Errorf("%+v, %v", got, err)
				}
				r.fail = nil
				put(t, s, 3)
				third, _ := sample(3)
				if got, err := s.Load(); err != nil || !cmp.Equal(got, third) {
					t.Errorf("once it takes data again: %+v, %v", got, err)
				}
			})
		}
	}
}

func TestBundlesAreRemovedOnlyWhenTheStateIsSafe(t *testing.T) {
	s, r := openRecorded(t, t.TempDir())
	put(t, s, 1)
	put(t, s, 2)
	r.ops = nil
	put(t, s, 3)
	var order []string
	for _, o := range r.ops {
		order = append(order, o.what)
	}
	want := []string{"write", "rename", "syncdir", "write", "rename", "syncdir", "remove"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
