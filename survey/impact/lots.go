package impact

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// both is one lot before and after; nil where it is not there.
type both struct{ base, head *survey.Lot }

func (b both) site() sync.Site {
	if b.head != nil {
		return b.head.Site
	}
	return b.base.Site
}

// kind is what happens to the lot, nothing if its objects are to be looked at.
func (b both) kind() Kind {
	switch {
	case b.base == nil && b.head.Error != "":
		return AddedBroken
	case b.base == nil:
		return Added
	case b.head == nil:
		return Removed
	case b.base.Error == "" && b.head.Error != "":
		return Broken
	case b.base.Error != "" && b.head.Error == "":
		return Mended
	case b.head.Error != "":
		return StillBroken
	}
	return Changed
}

// message is why the lot does not render, or did not.
func (b both) message() string {
	if b.head != nil && b.head.Error != "" {
		return reason(b.head)
	}
	if b.base != nil && b.head != nil {
		return reason(b.base)
	}
	return ""
}

// reason is why a lot does not render, without the words that name the lot and
// the commit: "site nl/ams/0042 at commit 59ca5b2f70e6: ". The one is known, and
// the other differs where nothing else does.
func reason(l *survey.Lot) string {
	rest, ok := strings.CutPrefix(l.Error, "site "+string(l.Site))
	if !ok {
		return l.Error
	}
	commit, rest, ok := strings.Cut(rest, ": ")
	if !ok || commit != "" && !strings.HasPrefix(commit, " at commit ") {
		return l.Error
	}
	return rest
}

func (b both) changes() []change {
	if b.base.Key == b.head.Key && b.base.Key != "" {
		return nil
	}
	return changes(b.base.Objects, b.head.Objects)
}

// pair matches the lots by name, in the order of their names.
func pair(base, head []survey.Lot) []both {
	bySite := make(map[sync.Site]both, len(head))
	for i := range base {
		bySite[base[i].Site] = both{base: &base[i]}
	}
	for i := range head {
		b := bySite[head[i].Site]
		b.head = &head[i]
		bySite[head[i].Site] = b
	}
	out := make([]both, 0, len(bySite))
	for _, b := range bySite {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b both) int { return cmp.Compare(a.site(), b.site()) })
	return out
}
