package impact

import (
	"fmt"
	"strings"
)

const (
	// maxMarkdown is what a comment holds, in bytes: GitHub takes 65 536
	// characters, and who posts it may want to add something.
	maxMarkdown = 60_000
	// maxDetail bounds the example of one group, so that others have one, too.
	maxDetail = 12_000
	// forNote is kept free for what is said at the end.
	forNote = 300
)

// Markdown is the report as a comment on a pull request: a summary, a table of
// the groups, and their examples folded away. What does not fit is left out, and
// the comment says so. Of the groups no more than limit are listed, if it is not 0.
func (r Report) Markdown(title string, limit int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "### lotsync impact %s\n\n%s%s.\n", escape(cut(title, maxText)), r.sign(), escape(r.Summary()))
	groups := r.Groups
	if limit > 0 {
		groups = groups[:min(limit, len(groups))]
	}
	listed := 0
	if len(groups) > 0 {
		out.WriteString("\n| lots | | what happens | where |\n| ---: | ---: | :--- | :--- |\n")
	}
	for _, g := range groups {
		row := g.row()
		if out.Len()+len(row) > maxMarkdown*2/3 { // the rest is for the examples
			break
		}
		out.WriteString(row)
		listed++
	}
	examples, missing := 0, 0
	for _, g := range groups[:listed] {
		detail := g.detail()
		switch {
		case detail == "":
		case out.Len()+len(detail) > maxMarkdown-forNote:
			missing++
		default:
			out.WriteString("\n" + detail)
			examples++
		}
	}
	out.WriteString(left(len(r.Groups)-listed, missing))
	return out.String()
}

// left says what is not in the comment.
func left(groups, examples int) string {
	var parts []string
	if groups > 0 {
		parts = append(parts, count(groups, "more group", "more groups"))
	}
	if examples > 0 {
		parts = append(parts, count(examples, "more example", "more examples"))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("\n_Left out: %s. `lotsync impact -o json` has all._\n", strings.Join(parts, " and "))
}

func (r Report) sign() string {
	switch {
	case r.Radius.Breaks > 0:
		return "❌ "
	case r.Radius.Prunes > 0 || r.Radius.Removed > 0:
		return "⚠️ "
	}
	return ""
}

// row is the group's line of the table.
func (g Group) row() string {
	var cells []string
	if g.Kind != Changed {
		cells = append(cells, "**"+escape(g.verb())+"**")
	}
	if g.Error != "" {
		cells = append(cells, code(cut(plain(g.why()), maxText)))
	}
	lines, more := g.Lines()
	for _, l := range lines {
		cells = append(cells, l.markdown())
	}
	if more > 0 {
		cells = append(cells, fmt.Sprintf("… and %d more", more))
	}
	return fmt.Sprintf("| %d | %s | %s | %s |\n", g.Count, escape(share100(g.Count, g.Percent)), strings.Join(cells, "<br>"), escape(g.Lots()))
}

func (l Line) markdown() string {
	out := code(l.Who()) + " " + escape(cut(plain(l.What), maxText))
	if v := l.values(code); v != "" {
		out += " " + v
	}
	if l.Note != "" {
		out += " — **" + escape(l.Note) + "**"
	}
	return out
}

// values are the line's values, each of them dressed.
func (l Line) values(dress func(string) string) string {
	switch {
	case l.Old != "" && l.New != "":
		return dress(l.Old) + " → " + dress(l.New)
	case l.Old != "":
		return dress(l.Old)
	case l.New != "":
		return dress(l.New)
	}
	return ""
}

// Values are the line's values: "1.4.2 → 1.4.3".
func (l Line) Values() string { return l.values(func(s string) string { return s }) }

// detail is the group's example, folded away.
func (g Group) detail() string {
	if g.Example.Diff == "" {
		return ""
	}
	text := g.Example.Diff
	if len(text) > maxDetail {
		text = cut(text, maxDetail)
		text = text[:strings.LastIndexByte(text, '\n')+1] + "(cut)\n"
	}
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return fmt.Sprintf("<details><summary>%s: what changes at %s</summary>\n\n%sdiff\n%s%s\n\n</details>\n",
		escape(count(g.Count, "lot", "lots")), escape(string(g.Example.Site)), fence, printable(text), fence)
}

// code is a text as a code span that is safe in a table.
func code(s string) string {
	s = strings.ReplaceAll(plain(s), "|", `\|`)
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if len(fence) > 1 || strings.HasSuffix(s, " ") || s == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// escape is a text that Markdown shows as it is: no formatting, no HTML, nobody
// mentioned.
func escape(s string) string {
	var out strings.Builder
	for _, r := range plain(s) {
		if strings.ContainsRune("<>&\"'`*_[]|\\~#@$!", r) {
			fmt.Fprintf(&out, "&#%d;", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// printable drops what is neither text nor the end of a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if control(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		run++
		if s[i] != c {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
