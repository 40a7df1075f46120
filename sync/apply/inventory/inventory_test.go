package inventory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
)

func entry(name string) inventory.Entry {
	return inventory.Entry{
		Ref:     sync.Ref{Group: "apps", Kind: "Deployment", Namespace: "parking", Name: name},
		Version: "v1", UID: "6f1c9a52-8d0e-4c39-b8f4-0a2f7d1b2c3d", Rendered: "abcdefghijklmnopqrst", Owned: "abcdefghijklmnopqrst",
	}
}

func TestInventoryIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	inv := inventory.Inventory{}.With(entry("gate"), inventory.Entry{Ref: sync.Ref{Kind: "Namespace", Name: "parking"}, Version: "v1"})
	text, err := inv.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := inventory.Decode(text)
	if err != nil || !back.Equal(inv) {
		t.Errorf("Decode = %+v, %v, want %+v", back, err, inv)
	}
}

func TestWithAndWithoutLeaveTheOldOneAlone(t *testing.T) {
	t.Parallel()
	old := inventory.Inventory{}.With(entry("a"), entry("b"))
	changed := entry("a")
	changed.UID = "other"
	if next := old.With(changed, entry("c")); len(next.Entries()) != 3 || next.Entries()[0].UID != "other" {
		t.Errorf("With = %+v, want a in its place and c at the end", next)
	}
	if next := old.Without(entry("a").Ref); next.Has(entry("a").Ref) || !next.Has(entry("b").Ref) {
		t.Errorf("Without = %+v, want b alone", next)
	}
	if len(old.Entries()) != 2 || old.Find(entry("a").Ref) != entry("a") || old.Find(entry("c").Ref) != (inventory.Entry{}) {
		t.Errorf("the old one changed: %+v", old)
	}
}

func TestDamagedInventoriesAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{", "{}\n", `{"kind":"ConfigMap","version":"v1"}`, `{"kind":"ConfigMap","name":"a"}`} {
		if inv, err := inventory.Decode(text); err == nil {
			t.Errorf("Decode(%q) = %+v, want an error", text, inv)
		}
	}
}

func TestThreeHundredObjectsAreSmallAndFiveThousandTooMany(t *testing.T) {
	t.Parallel()
	var entries []inventory.Entry
	for i := range 5000 {
		entries = append(entries, entry(strings.Repeat("x", i%200)+strings.Repeat("y", i/200)))
	}
	text, err := inventory.Inventory{}.With(entries[:300]...).Encode()
	if err != nil || len(text) > 128<<10 {
		t.Errorf("300 objects take %d bytes (%v), want less than 128 kB", len(text), err)
	}
	if _, err := (inventory.Inventory{}).With(entries...).Encode(); !errors.Is(err, sync.ErrInvalid) {
		t.Errorf("5000 objects gave %v, want ErrInvalid", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"kind":"ConfigMap","name":"a","version":"v1"}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		inv, err := inventory.Decode(text)
		if err != nil {
			return
		}
		again, err := inv.Encode()
		if err != nil {
			return // too large
		}
		if back, err := inventory.Decode(again); err != nil || !back.Equal(inv) {
			t.Errorf("read again: %+v, %v, want %+v", back, err, inv)
		}
	})
}
