package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/state"
)

var _ sync.Store = (*state.Store)(nil)

func bundleOf(manifest string) sync.Bundle {
	return sync.NewBundle(sync.Revision{
		Commit: sync.Commit("c-" + manifest),
		Time:   time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC),
		Key:    sync.DigestOf([]byte("files of " + manifest)),
	}, []byte(manifest))
}

// stateWith is a state whose current bundle is b.
func stateWith(b sync.Bundle) sync.State {
	return sync.State{
		Site:    "nl/ams/0042",
		Seen:    b.Revision,
		Policy:  sync.DefaultPolicy(),
		Current: &sync.Rollout{Digest: b.Digest, Revision: b.Revision, Phase: sync.Good},
	}
}

func mustOpen(t *testing.T, dir string) *state.Store {
	t.Helper()
	s, err := state.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// update is what the agent does with a new bundle, as far as the disk sees it.
func update(t *testing.T, s *state.Store, b sync.Bundle) {
	t.Helper()
	must(t, s.PutBundle(b))
	must(t, s.Save(stateWith(b)))
}

func wantState(t *testing.T, s interface{ Load() (sync.State, error) }, want sync.State) {
	t.Helper()
	got, err := s.Load()
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state, -want +got:\n%s", diff)
	}
}

func TestWhatIsSavedIsThereAfterTheProcessIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lib", "lotsync")
	first, second := bundleOf("first"), bundleOf("second")
	s := mustOpen(t, dir)
	wantState(t, s, sync.State{})
	update(t, s, first)
	update(t, s, second)
	must(t, s.Close())

	s = mustOpen(t, dir)
	wantState(t, s, stateWith(second))
	for _, want := range []sync.Bundle{first, second} {
		got, err := s.Bundle(want.Digest)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("bundle, -want +got:\n%s", diff)
		}
	}
	if damage := s.Damage(); damage != nil {
		t.Errorf("damage: %v", damage)
	}
}

func TestABundleHasItsRevisionBeforeAStateNamesIt(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	want := bundleOf("first")
	must(t, s.PutBundle(want))
	got, err := s.Bundle(want.Digest)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTheStateDirectoryIsClosedToOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lotsync")
	must(t, os.Mkdir(dir, 0o755))
	update(t, mustOpen(t, dir), bundleOf("kind: Secret"))
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		must(t, err)
		info, err := e.Info()
		must(t, err)
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return nil
	})
	must(t, err)
}

func TestABundleGoesWhenNeitherSlotNamesIt(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	first, second, third := bundleOf("first"), bundleOf("second"), bundleOf("third")
	update(t, s, first)
	update(t, s, second)
	if _, err := s.Bundle(first.Digest); err != nil {
		t.Errorf("the bundle of the state before is gone: %v", err)
	}
	update(t, s, third)
	if _, err := s.Bundle(first.Digest); !errors.Is(err, sync.ErrNotFound) {
		t.Errorf("a bundle that nothing names: %v, want ErrNotFound", err)
	}
	for _, b := range []sync.Bundle{second, third} {
		if _, err := s.Bundle(b.Digest); err != nil {
			t.Error(err)
		}
	}
}

func TestADamagedSlotFallsBackToTheOther(t *testing.T) {
	for name, damage := range map[string]func(data []byte) []byte{
		"empty":       func([]byte) []byte { return nil },
		"half":        func(data []byte) []byte { return data[:len(data)/2] },
		"zeros":       func(data []byte) []byte { return make([]byte, len(data)) },
		"one bit":     func(data []byte) []byte { data[len(data)/2] ^= 1; return data },
		"longer":      func(data []byte) []byte { return append(data, data...) },
		"no checksum": func(data []byte) []byte { return []byte(strings.Replace(string(data), `"checksum"`, `"other"`, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir)
			first, second := bundleOf("first"), bundleOf("second")
			update(t, s, first)
			update(t, s, second)
			newest := filepath.Join(dir, "state.1.json")
			data, err := os.ReadFile(newest)
			must(t, err)
			must(t, os.WriteFile(newest, damage(data), 0o600))

			wantState(t, s, stateWith(first))
			if d := s.Damage(); len(d) != 1 || !strings.Contains(d[0].Error(), newest) {
				t.Errorf("damage %v, want one that names %s", d, newest)
			}
			if _, err := s.Bundle(first.Digest); err != nil {
				t.Errorf("the older state's bundle: %v", err)
			}
			third := bundleOf("third")
			update(t, s, third)
			wantState(t, s, stateWith(third))
			if d := s.Damage(); d != nil {
				t.Errorf("damage after a save: %v", d)
			}
		})
	}
}

func TestWithBothSlotsDamagedALotBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	update(t, s, bundleOf("first"))
	update(t, s, bundleOf("second"))
	for _, slot := range []string{"state.0.json", "state.1.json"} {
		must(t, os.WriteFile(filepath.Join(dir, slot), []byte("\x00\x00"), 0o600))
	}
	wantState(t, s, sync.State{})
	if d := s.Damage(); len(d) != 2 {
		t.Errorf("damage %v, want both slots", d)
	}
}

func TestSlotsThatCannotBeReadAreNoEmptyState(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	update(t, s, bundleOf("first"))
	slot := filepath.Join(dir, "state.0.json")
	must(t, os.Remove(slot))
	must(t, os.Mkdir(slot, 0o700)) // a folder opens, and does not read
	_, err := s.Load()
	if err == nil || !strings.Contains(err.Error(), slot) {
		t.Errorf("%v, want an error that names %s", err, slot)
	}
}

func TestADamagedBundleIsNotFoundAndWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	b := bundleOf("first")
	update(t, s, b)
	file := filepath.Join(dir, "bundles", string(b.Digest)+".yaml")
	must(t, os.WriteFile(file, []byte("firsu"), 0o600))

	_, err := s.Bundle(b.Digest)
	if !errors.Is(err, sync.ErrNotFound) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "next sync") {
		t.Errorf("%v, want ErrNotFound, the file, and what happens next", err)
	}
	must(t, s.PutBundle(b))
	if got, err := s.Bundle(b.Digest); err != nil || string(got.Manifest) != "first" {
		t.Errorf("%q, %v", got.Manifest, err)
	}
}

func TestADigestThatIsNoneIsNotFound(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for _, digest := range []sync.Digest{"", "abc", "../state.0.json", sync.Digest(strings.Repeat("A", 64)), sync.DigestOf(nil)} {
		if _, err := s.Bundle(digest); !errors.Is(err, sync.ErrNotFound) {
			t.Errorf("%q: %v, want ErrNotFound", digest, err)
		}
	}
	if err := s.PutBundle(sync.Bundle{Digest: sync.DigestOf([]byte("other")), Manifest: []byte("this")}); err == nil {
		t.Error("a bundle under another one's digest was taken")
	}
}

func TestReadingNeedsNoLockAndMakesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := state.OpenReadOnly(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v, want fs.ErrNotExist", err)
	}
	r, err := state.OpenReadOnly(dir)
	must(t, err)
	wantState(t, r, sync.State{})
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v: want nothing", entries, err)
	}
	b := bundleOf("first")
	update(t, mustOpen(t, dir), b)
	wantState(t, r, stateWith(b))
	if got, err := r.Bundle(b.Digest); err != nil || got.Revision != b.Revision {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLeftoversOfACrashAreRemoved(t *testing.T) {
	dir := t.TempDir()
	must(t, mustOpen(t, dir).Close())
	tmp := []string{filepath.Join(dir, "state.1.json.tmp"), filepath.Join(dir, "bundles", string(sync.DigestOf(nil))+".yaml.tmp")}
	for _, name := range tmp {
		must(t, os.WriteFile(name, []byte("half"), 0o600))
	}
	mustOpen(t, dir)
	for _, name := range tmp {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
