package impact

import (
	"fmt"
	"strings"
)

// Lots names the first of the group's lots.
func (g Group) Lots() string { return few(g.Sites) }

// Title says how many lots a group has and what happens to them, as in "3 lots
// (0.1 %) no longer render".
func (g Group) Title() string {
	return fmt.Sprintf("%s (%s) %s", count(g.Count, "lot", "lots"), share100(g.Count, g.Percent), g.verb())
}

func (g Group) verb() string {
	one := g.Count == 1
	switch g.Kind {
	case Broken:
		return pick(one, "no longer renders", "no longer render")
	case AddedBroken:
		return pick(one, "is new and does not render", "are new and do not render")
	case StillBroken:
		return pick(one, "still does not render, for another reason", "still do not render, for another reason")
	case Mended:
		return pick(one, "renders again", "render again")
	case Added:
		return pick(one, "is new", "are new")
	case Removed:
		return pick(one, "is no longer in Git", "are no longer in Git")
	case Changed:
	}
	return pick(one, "changes", "change")
}

// why is the error as people read it.
func (g Group) why() string {
	if g.Kind == Mended {
		return "before: " + g.Error
	}
	return g.Error
}

// Summary is the report in one sentence.
func (r Report) Summary() string {
	x := r.Radius
	if x.Touched == 0 {
		out := fmt.Sprintf("no effect on any of %s", count(x.Lots, "lot", "lots"))
		return out + x.stillBroken()
	}
	parts := []string{}
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{x.Breaks, "does not render", "do not render"},
		{x.Restarts, "restarts pods", "restart pods"},
		{x.Prunes, "prunes objects", "prune objects"},
		{x.Mends, "renders again", "render again"},
		{x.Added, "is new", "are new"},
		{x.Removed, "is no longer in Git", "are no longer in Git"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, pick(p.n == 1, p.one, p.many)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no pods restart, nothing is pruned"}
	}
	return fmt.Sprintf("%d of %s touched (%s): %s%s", x.Touched, count(x.Lots, "lot", "lots"),
		share100(x.Touched, x.Percent), strings.Join(parts, ", "), x.stillBroken())
}

func (x Radius) stillBroken() string {
	if x.StillBroken == 0 {
		return ""
	}
	return fmt.Sprintf("; %d did not render before, and %s not now", x.StillBroken, pick(x.StillBroken == 1, "does", "do"))
}

// share100 is a part in percent; a small one is not nothing.
func share100(n int, percent float64) string {
	if n > 0 && percent < 0.1 {
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", percent)
}

func count(n int, one, many string) string { return fmt.Sprintf("%d %s", n, pick(n == 1, one, many)) }

func pick(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}
