package impact

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Ink is what a piece of text is, for whoever gives it a colour.
type Ink string

// What a piece of text is.
const (
	Strong   Ink = "strong"
	Bad      Ink = "bad"
	Faint    Ink = "faint"
	OldLine  Ink = "old" // of a diff
	NewLine  Ink = "new"
	NoteText Ink = "note"
)

// Text is the report for a terminal, in the colours that paint gives it. Of the
// groups no more than limit are listed, if it is not 0.
func (r Report) Text(title string, limit int, paint func(Ink, string) string) string {
	var out strings.Builder
	ink := Strong
	if r.Radius.Breaks > 0 {
		ink = Bad
	}
	fmt.Fprintf(&out, "%s: %s\n", plain(title), paint(ink, r.Summary()))
	groups := r.Groups
	if limit > 0 {
		groups = groups[:min(limit, len(groups))]
	}
	for _, g := range groups {
		out.WriteString("\n")
		g.text(&out, paint)
	}
	if rest := r.Groups[len(groups):]; len(rest) > 0 {
		lots := 0
		for _, g := range rest {
			lots += g.Count
		}
		fmt.Fprintf(&out, "\n%s of %s not shown: --limit 0 shows all\n", count(len(rest), "group", "groups"), count(lots, "lot", "lots"))
	}
	return out.String()
}

func (g Group) text(out *strings.Builder, paint func(Ink, string) string) {
	ink := Strong
	if rank(g.Kind) < rank(Changed) {
		ink = Bad
	}
	fmt.Fprintf(out, "%s: %s\n", paint(ink, g.Title()), g.Lots())
	if g.Error != "" {
		for line := range strings.Lines(strings.TrimRight(g.why(), "\n")) {
			fmt.Fprintf(out, "  %s\n", plain(strings.TrimSuffix(line, "\n")))
		}
	}
	lines, more := g.Lines()
	width := 0
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l.Who()))
	}
	for _, l := range lines {
		who := l.Who()
		fmt.Fprintf(out, "  %s%s  %s", who, strings.Repeat(" ", width-utf8.RuneCountInString(who)), plain(l.What))
		if v := l.Values(); v != "" {
			out.WriteString(" " + v)
		}
		if l.Note != "" {
			out.WriteString("  " + paint(NoteText, "("+l.Note+")"))
		}
		out.WriteString("\n")
	}
	if more > 0 {
		fmt.Fprintf(out, "  … and %d more\n", more)
	}
	g.diffText(out, paint)
}

func (g Group) diffText(out *strings.Builder, paint func(Ink, string) string) {
	if g.Example.Diff == "" {
		return
	}
	fmt.Fprintf(out, "\n  %s\n", paint(Faint, "at "+string(g.Example.Site)+":"))
	for line := range strings.Lines(g.Example.Diff) {
		line = printable(strings.TrimSuffix(line, "\n"))
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "@@"):
			line = paint(Faint, line)
		case strings.HasPrefix(line, "+"):
			line = paint(NewLine, line)
		case strings.HasPrefix(line, "-"):
			line = paint(OldLine, line)
		}
		fmt.Fprintf(out, "  %s\n", line)
	}
}
