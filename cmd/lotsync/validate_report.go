package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// report is what `validate` found.
type report struct {
	Lots []verdict `json:"lots"`
	// Findings are of the fleet as a whole.
	Findings []survey.Finding `json:"findings,omitempty"`
	Summary  summary          `json:"summary"`

	groups []*sameFinding
}

// verdict is what was found of one lot.
type verdict struct {
	Site     sync.Site        `json:"site"`
	Error    string           `json:"error,omitempty"`
	Findings []survey.Finding `json:"findings,omitempty"`
}

type summary struct {
	Lots     int     `json:"lots"`
	Broken   int     `json:"broken"`   // do not render
	Errors   int     `json:"errors"`   // different ones: the same in many lots is one
	Warnings int     `json:"warnings"` // as errors
	Built    int     `json:"built"`
	Cached   int     `json:"cached"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpuSeconds"`
}

// sameFinding is the same finding in one or many lots.
type sameFinding struct {
	finding survey.Finding // as the first of the lots has it
	lots    []sync.Site    // none: the fleet's
}

func newReport(result *survey.Result, dir string, took time.Duration) *report {
	r := &report{Findings: result.Findings}
	r.Summary = summary{
		Lots: len(result.Lots), Built: result.Stats.Built, Cached: result.Stats.Cached,
		Seconds: took.Round(time.Millisecond).Seconds(), CPU: result.Stats.CPU.Round(time.Millisecond).Seconds(),
	}
	g := grouping{dir: dir, by: map[survey.Finding]*sameFinding{}}
	for _, f := range result.Findings {
		g.add("", f)
	}
	for _, lot := range result.Lots {
		r.Lots = append(r.Lots, verdict{lot.Site, lot.Error, lot.Findings})
		if lot.Error != "" {
			r.Summary.Broken++
			if !slices.ContainsFunc(lot.Findings, isError) {
				g.add(lot.Site, survey.Finding{
					Rule: "render", Severity: fleet.SeverityError,
					Message: strings.TrimPrefix(lot.Error, "site "+string(lot.Site)+": "),
				})
			}
		}
		for _, f := range lot.Findings {
			g.add(lot.Site, f)
		}
	}
	r.groups = g.sorted()
	for _, one := range r.groups {
		if isError(one.finding) {
			r.Summary.Errors++
			continue
		}
		r.Summary.Warnings++
	}
	return r
}

func isError(f survey.Finding) bool { return f.Severity == fleet.SeverityError }

// grouping brings equal findings together.
type grouping struct {
	dir string
	by  map[survey.Finding]*sameFinding
	all []*sameFinding
}

// add takes a finding of a lot. In the lots' own folders the same file of each
// counts as one.
func (g *grouping) add(site sync.Site, f survey.Finding) {
	key := f
	if site != "" {
		if own, is := strings.CutPrefix(f.File, fleet.SiteDir(g.dir, site)+"/"); is {
			key.File, key.Line = "./"+own, 0
		}
		key.Message = strings.ReplaceAll(f.Message, string(site), "")
	}
	one := g.by[key]
	if one == nil {
		one = &sameFinding{finding: f}
		g.by[key], g.all = one, append(g.all, one)
	}
	if site != "" && (len(one.lots) == 0 || one.lots[len(one.lots)-1] != site) {
		one.lots = append(one.lots, site)
	}
}

// sorted puts errors first, then what concerns most lots.
func (g *grouping) sorted() []*sameFinding {
	slices.SortStableFunc(g.all, func(a, b *sameFinding) int {
		return cmp.Or(
			cmp.Compare(rankOf(a.finding), rankOf(b.finding)),
			cmp.Compare(len(b.lots), len(a.lots)),
			cmp.Compare(a.finding.File, b.finding.File), cmp.Compare(a.finding.Line, b.finding.Line),
		)
	})
	return g.all
}

func rankOf(f survey.Finding) int {
	if isError(f) {
		return 0
	}
	return 1
}

// maxShown is how many different findings of one severity people are shown.
const maxShown = 100

func (a *app) printReport(r *report) {
	shown := map[fleet.Severity]int{}
	left := 0
	for _, g := range r.groups {
		if shown[g.finding.Severity]++; shown[g.finding.Severity] > maxShown {
			left++
			continue
		}
		a.printGroup(g)
	}
	if left > 0 {
		fmt.Fprintf(a.out, "… and %d more: -o json has all\n", left)
	}
	s := r.Summary
	fmt.Fprintf(a.out, "%s: %d render, %d do not; %s, %s; %d built, %d from the cache, %.1fs\n",
		plural(s.Lots, "lot"), s.Lots-s.Broken, s.Broken, plural(s.Errors, "error"), plural(s.Warnings, "warning"), s.Built, s.Cached, s.Seconds)
}

// printGroup prints "FILE:LINE: error: OBJECT: FIELD: MESSAGE [RULE] (LOTS)".
func (a *app) printGroup(g *sameFinding) {
	f := g.finding
	paint := yellow
	if isError(f) {
		paint = red
	}
	var line strings.Builder
	if f.File != "" {
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		line.WriteString(a.paint(bold, place) + ": ")
	}
	line.WriteString(a.paint(paint, string(f.Severity)) + ": ")
	if f.Object != (sync.Ref{}) {
		line.WriteString(f.Object.String() + ": ")
	}
	if f.Field != "" {
		line.WriteString(f.Field + ": ")
	}
	line.WriteString(strings.ReplaceAll(f.Message, "\n", "\n  ") + a.paint(faint, " ["+f.Rule+"]"))
	switch len(g.lots) {
	case 0:
	case 1:
		fmt.Fprintf(&line, " (lot %s)", g.lots[0])
	default:
		fmt.Fprintf(&line, " (%d lots, such as %s)", len(g.lots), g.lots[0])
	}
	fmt.Fprintln(a.out, line.String())
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
