// Package inventory is the list of what a lot's agent put into the cluster: by
// it, and by nothing else, objects are found that have left Git.
package inventory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// maxBytes is the largest inventory that a ConfigMap takes, with room for its
// metadata: more than 3000 objects.
const maxBytes = 900 << 10

// Entry is what is remembered of one object.
type Entry struct {
	sync.Ref

	// Version is the API version in which the object was last sent.
	Version string `json:"version"`
	// UID is that of the object that was applied; empty until then.
	UID string `json:"uid,omitempty"`
	// Rendered stands for the object as it was sent.
	Rendered string `json:"rendered,omitempty"`
	// Owned stands for the fields that were lotsync's in the server's answer.
	Owned string `json:"owned,omitempty"`
}

// Inventory is the entries of one site in the order in which they came.
type Inventory struct{ entries []Entry }

// Entries lists the entries, the oldest first.
func (inv Inventory) Entries() []Entry { return slices.Clone(inv.entries) }

// Find gives the entry of ref, the zero Entry if there is none.
func (inv Inventory) Find(ref sync.Ref) Entry {
	if i := inv.index(ref); i >= 0 {
		return inv.entries[i]
	}
	return Entry{}
}

// Has reports whether ref is in the inventory.
func (inv Inventory) Has(ref sync.Ref) bool { return inv.index(ref) >= 0 }

// With is the inventory with entries put in, or put in place of those of the
// same name.
func (inv Inventory) With(entries ...Entry) Inventory {
	out := Inventory{entries: inv.Entries()}
	for _, e := range entries {
		if i := out.index(e.Ref); i >= 0 {
			out.entries[i] = e
			continue
		}
		out.entries = append(out.entries, e)
	}
	return out
}

// Without is the inventory less refs.
func (inv Inventory) Without(refs ...sync.Ref) Inventory {
	return Inventory{entries: slices.DeleteFunc(inv.Entries(), func(e Entry) bool {
		return slices.Contains(refs, e.Ref)
	})}
}

// Equal reports whether both hold the same entries in the same order.
func (inv Inventory) Equal(other Inventory) bool { return slices.Equal(inv.entries, other.entries) }

func (inv Inventory) index(ref sync.Ref) int {
	return slices.IndexFunc(inv.entries, func(e Entry) bool { return e.Ref == ref })
}

// Encode writes the inventory as JSON, one entry a line.
func (inv Inventory) Encode() (string, error) {
	var b strings.Builder
	for _, e := range inv.entries {
		line, err := json.Marshal(e)
		if err != nil {
			return "", fmt.Errorf("inventory: %s: %w", e.Ref, err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	if b.Len() > maxBytes {
		return "", fmt.Errorf("%w: the inventory of %d objects takes %d bytes, at most %d fit: the site has too many objects",
			sync.ErrInvalid, len(inv.entries), b.Len(), maxBytes)
	}
	return b.String(), nil
}

// Decode reads what Encode wrote. An entry without kind or name is an error: to
// go on without it would leave its object in the cluster for ever.
func Decode(text string) (Inventory, error) {
	var inv Inventory
	n := 0
	for line := range strings.Lines(text) {
		n++
		var e Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return Inventory{}, fmt.Errorf("line %d: %w", n, err)
		}
		if e.Kind == "" || e.Name == "" || e.Version == "" {
			return Inventory{}, fmt.Errorf("line %d: no kind, name or version", n)
		}
		inv.entries = append(inv.entries, e)
	}
	return inv, nil
}
