package impact

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/lotsync/lotsync/survey"
)

// Compare says what becomes of the lots of base where the fleet is as in head.
// It asks for the content of those objects that differ, and keeps little of it:
// a fleet of thousands is compared in a few megabytes.
func Compare(base, head []survey.Lot, content Content) (Report, error) {
	c := comparison{pairs: pair(base, head), deltas: newDeltas(content)}
	c.count()
	for i := range c.pairs {
		if err := c.look(i); err != nil {
			return Report{}, fmt.Errorf("compare lot %s: %w", c.pairs[i].site(), err)
		}
	}
	return c.report()
}

// comparison is one run of Compare.
type comparison struct {
	pairs  []both
	deltas *deltas
	shapes shapes
	radius Radius
}

// count lets deltas know which of them are one lot's own.
func (c *comparison) count() {
	for _, b := range c.pairs {
		if b.kind() == Changed {
			c.deltas.count(b.changes())
		}
	}
}

// look adds one lot to the report.
func (c *comparison) look(i int) error {
	b := c.pairs[i]
	c.radius.Lots++
	switch kind := b.kind(); kind {
	case Changed:
		return c.changed(i, b.changes())
	case StillBroken:
		c.radius.StillBroken++
		if reason(b.base) == reason(b.head) {
			return nil
		}
	case Broken, AddedBroken:
		c.radius.Breaks++
		c.radius.Touched++
	case Mended:
		c.radius.Mends++
		c.radius.Touched++
	case Added:
		c.radius.Added++
		c.radius.Touched++
	case Removed:
		c.radius.Removed++
		c.radius.Touched++
	}
	masked := maskOf(b.site()).text(b.message())
	f := fingerprint{values: []uint64{c.deltas.sum(masked, "")}}
	f.shape = sha256.Sum256(words(nil, "error", string(b.kind()), outline(masked)))
	c.shapes.add(b.kind(), f, i)
	return nil
}

func (c *comparison) changed(i int, list []change) error {
	if len(list) == 0 {
		return nil
	}
	m := maskOf(c.pairs[i].site())
	outcomes, err := c.deltas.outcomes(list, m)
	if err != nil {
		return err
	}
	c.radius.Touched++
	if slices.ContainsFunc(outcomes, func(o outcome) bool { return o.pods != "" }) {
		c.radius.Restarts++
	}
	if slices.ContainsFunc(outcomes, func(o outcome) bool { return o.action == Prune }) {
		c.radius.Prunes++
	}
	c.shapes.add(Changed, c.deltas.fingerprint(outcomes, m), i)
	return nil
}

func (c *comparison) report() (Report, error) {
	c.radius.Percent = percent(c.radius.Touched, c.radius.Lots)
	out := Report{Radius: c.radius}
	for _, cl := range c.shapes.clusters() {
		g, err := c.group(cl)
		if err != nil {
			return Report{}, err
		}
		out.Groups = append(out.Groups, g)
	}
	sortGroups(out.Groups)
	return out, nil
}

func (c *comparison) group(cl *cluster) (Group, error) {
	example := c.pairs[cl.lots[0]]
	g := Group{
		Kind: cl.kind, Count: len(cl.lots), Percent: percent(len(cl.lots), c.radius.Lots),
		Varies:  slices.Contains(cl.varies, true),
		Example: Example{Site: example.site(), base: example.base, head: example.head},
	}
	for _, i := range cl.lots {
		g.Sites = append(g.Sites, c.pairs[i].site())
	}
	var m mask // a lot by itself is called by its name
	if g.Count > 1 {
		m = maskOf(example.site())
	}
	if cl.kind != Changed {
		g.Error = m.text(example.message())
		if g.Varies {
			g.Error = outline(g.Error)
		}
		return g, nil
	}
	outcomes, err := c.deltas.outcomes(example.changes(), m)
	if err != nil {
		return Group{}, fmt.Errorf("compare lot %s: %w", example.site(), err)
	}
	column := 0
	for i := range outcomes {
		g.Effects = append(g.Effects, outcomes[i].effect(m, cl.column, &column))
	}
	sortEffects(g.Effects)
	return g, nil
}

// percent is n of all, in percent with one decimal.
func percent(n, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(n*1000/all) / 10
}

// outline is an error without the numbers in it, so that equal mistakes at many
// lots are seen as one.
func outline(message string) string {
	out := make([]byte, 0, len(message))
	for i := range len(message) {
		switch c := message[i]; {
		case c < '0' || c > '9':
			out = append(out, c)
		case len(out) == 0 || out[len(out)-1] != '#':
			out = append(out, '#')
		}
	}
	return string(out)
}

// sortEffects puts first what people ask for first: what restarts, new images,
// numbers of replicas, what is pruned.
func sortEffects(effects []Effect) {
	slices.SortStableFunc(effects, func(a, b Effect) int { return cmp.Compare(a.weight(), b.weight()) })
}

func (e Effect) weight() int {
	lightest := 2 // an image weighs 0, replicas 1
	for _, f := range e.Fields {
		lightest = min(lightest, weight(f.Path))
	}
	switch {
	case e.Pods != "":
		return lightest
	case lightest < 2:
		return 3 + lightest
	case e.Action == Prune:
		return 5
	case e.Action == Create:
		return 6
	}
	return 7
}
