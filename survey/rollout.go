package survey

import (
	"fmt"
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/schedule"
)

// rollout finds what of a lot's rollout policy means nothing, or something else
// than it says.
func (r *run) rollout(snap sync.Snapshot, about description) []Finding {
	if !about.valid {
		return nil
	}
	policy := fleet.Merge(about.fleet, about.site).Rollout
	c := rolloutCheck{zone: about.site.Spec.TimeZone, site: snap.Site}
	c.windows(policy.Windows)
	c.waves(policy.Waves)
	c.pins(policy.Pins)
	if p := policy.Guard.MaxPrunePercent; p != nil && *p > 100 {
		c.fail("spec.rollout.guard.maxPrunePercent", "%d: no more than 100 percent of the objects can go: choose 0 to 100", *p)
	}
	for i, f := range c.findings {
		c.findings[i].File, c.findings[i].Line = r.rolloutPlace(snap, about.site, f.Field)
	}
	return c.findings
}

// rolloutPlace is where a field of the rollout policy stands. The site's lists
// are in the place of the fleet's.
func (r *run) rolloutPlace(snap sync.Snapshot, site fleet.Site, field string) (file string, line int) {
	own := site.Spec.Rollout
	file = fleet.File(snap.Dir)
	for prefix, has := range map[string]bool{
		"spec.rollout.windows": len(own.Windows) > 0, "spec.rollout.waves": len(own.Waves) > 0,
		"spec.rollout.pins": len(own.Pins) > 0, "spec.rollout.guard": own.Guard.MaxPrunePercent != nil,
	} {
		if has && strings.HasPrefix(field, prefix) {
			file = fleet.SiteFile(snap.Dir, snap.Site)
		}
	}
	return file, r.lines.find(file, sync.Ref{}, field)
}

type rolloutCheck struct {
	zone     string
	site     sync.Site
	findings []Finding
}

func (c *rolloutCheck) fail(field, format string, args ...any) {
	c.findings = append(c.findings, Finding{
		Rule: "rollout", Severity: fleet.SeverityError, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

func (c *rolloutCheck) windows(windows []fleet.Window) {
	for i, w := range windows {
		at := fmt.Sprintf("spec.rollout.windows[%d]", i)
		zone := w.TimeZone
		if zone == "" {
			zone = c.zone
		}
		if _, err := schedule.New(w.Open, 0, zone, c.site); err != nil {
			c.fail(at+".open", "%s", err)
		}
		if w.Duration.Value() == 0 {
			c.fail(at+".duration", "%q: the window never opens: want more than zero, such as 3h", w.Duration)
		}
	}
}

func (c *rolloutCheck) waves(waves []fleet.Wave) {
	percent := 0
	for i, w := range waves {
		at := fmt.Sprintf("spec.rollout.waves[%d]", i)
		switch {
		case w.Percent == nil && len(w.Selector) == 0:
			c.fail(at, "wave %s picks no lots: give it a selector or a percent", w.Name)
		case w.Percent != nil && *w.Percent > 100:
			c.fail(at+".percent", "%d: want 1 to 100", *w.Percent)
		case w.Percent != nil && *w.Percent <= percent:
			c.fail(at+".percent", "%d: percentages are cumulative, and an earlier wave has %d: want more", *w.Percent, percent)
		case w.Percent != nil:
			percent = *w.Percent
		}
		if i > 0 && w.After.Value() < waves[i-1].After.Value() {
			c.fail(at+".after", "%s: wave %s comes before the wave above it (%s): put them in order", w.After, w.Name, waves[i-1].After)
		}
	}
}

func (c *rolloutCheck) pins(pins []fleet.Pin) {
	for i, p := range pins {
		at := fmt.Sprintf("spec.rollout.pins[%d]", i)
		if n := len(p.Commit); strings.Trim(p.Commit, "0123456789abcdef") != "" || n != 40 && n != 64 {
			c.fail(at+".commit", "%q is no commit: write its whole hash, in lower-case hex", p.Commit)
		}
	}
}
