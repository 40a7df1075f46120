package impact

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

const (
	maxLines  = 12 // of a group, for people
	maxOfOne  = 5  // lines of one object
	maxShown  = 60 // bytes of a value
	maxNamed  = 3  // objects, or lots, named where there are many
	podPrefix = "spec.template.spec."
	jobPrefix = "spec.jobTemplate."
)

// Line is one change as people read it: of an object, or of several that change
// in the same way.
type Line struct {
	Objects []string // "Deployment/gate-controller"
	What    string   // "image", "data.TARIFF", "pruned"
	// Old and New are values, empty where there is none to show.
	Old, New string
	Note     string // "pods restart"
}

// Lines are a group's effects in the words of people, what matters most first,
// and the number of those beyond a screenful.
func (g Group) Lines() (lines []Line, more int) {
	var all []Line
	at := map[string]int{}
	for i, e := range g.Effects {
		for _, l := range e.lines(g.title(i)) {
			key := fmt.Sprintf("%q", []string{l.What, l.Old, l.New, l.Note})
			if j, known := at[key]; known {
				all[j].Objects = append(all[j].Objects, l.Objects...)
				continue
			}
			at[key] = len(all)
			all = append(all, l)
		}
	}
	n := min(len(all), maxLines)
	return all[:n], len(all) - n
}

// title is the short name of an effect's object, the whole one where two objects
// of the group have the same.
func (g Group) title(i int) string {
	r := g.Effects[i].Object
	for j, e := range g.Effects {
		if i != j && title(e.Object) == title(r) {
			return r.String()
		}
	}
	return title(r)
}

func (e Effect) lines(object string) []Line {
	note := ""
	if e.Pods != "" {
		note = "pods " + string(e.Pods)
	}
	if e.Action != Change {
		return []Line{{Objects: []string{object}, What: string(e.Action), Note: note}}
	}
	var out []Line
	if len(e.Follows) > 0 {
		out = append(out, Line{What: "follows " + strings.Join(e.Follows, ", ")})
	}
	for i, f := range e.Fields {
		if i == maxOfOne {
			break
		}
		out = append(out, f.line(e.Object))
	}
	if rest := len(e.Fields) - maxOfOne + e.More; rest > 0 && len(e.Fields) >= maxOfOne {
		out = append(out, Line{What: count(rest, "more field", "more fields")})
	}
	if len(out) == 0 {
		out = append(out, Line{What: "changed"})
	}
	if len(out) > 1 && len(e.Follows) > 0 {
		out = append(out[1:], out[0]) // what changes before what follows
	}
	for i := range out {
		out[i].Objects = []string{object}
	}
	out[0].Note = join(out[0].Note, note)
	return out
}

func (f Field) line(object sync.Ref) Line {
	l := Line{What: f.name(object)}
	switch {
	case f.Hidden:
		l.What, l.Note = l.What+" "+string(f.Change), "value hidden"
	case f.Varies:
		l.What, l.Note = l.What+" "+string(f.Change), "differs per lot"
	case lineCount(f.Old) > 1 || lineCount(f.New) > 1:
		l.What, l.Note = l.What+" "+string(f.Change), f.lineCounts()
	case strings.HasSuffix(f.Old, "\n") || strings.HasSuffix(f.New, "\n"): // of a longer text
		l.What, l.Old, l.New = l.What+" line", lineText(f.Old), lineText(f.New)
	case f.Change == FieldAdded:
		l.What, l.New = l.What+" added:", shown(f.New)
	case f.Change == FieldRemoved:
		l.What, l.Old = l.What+" removed:", shown(f.Old)
	case f.Change == FieldReordered:
		l.What, l.Old, l.New = l.What+" order", shown(f.Old), shown(f.New)
	default:
		l.Old, l.New = f.Old, f.New
		if strings.HasSuffix(f.Path, "].image") {
			l.Old, l.New = tags(f.Old, f.New)
		}
		l.Old, l.New = shown(l.Old), shown(l.New)
	}
	return l
}

// lineCounts says how many lines change where there are several.
func (f Field) lineCounts() string {
	switch f.Change {
	case FieldAdded:
		return count(lineCount(f.New), "line", "lines")
	case FieldRemoved:
		return count(lineCount(f.Old), "line", "lines")
	case FieldChanged, FieldReordered:
	}
	return fmt.Sprintf("%s become %d", count(lineCount(f.Old), "line", "lines"), lineCount(f.New))
}

func lineCount(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		n++
	}
	return n
}

// lineText is a line of a text without what surrounds it, "(none)" for one that
// is not there.
func lineText(s string) string {
	if s == "" {
		return "(none)"
	}
	return shown(strings.TrimSpace(s))
}

// name is the path without what goes without saying.
func (f Field) name(object sync.Ref) string {
	path := strings.TrimPrefix(strings.TrimPrefix(f.Path, jobPrefix), podPrefix)
	container, field, ok := strings.Cut(path, "].")
	_, container, in := strings.Cut(container, "containers[")
	if !ok || !in {
		return path
	}
	if !strings.HasPrefix(path, "containers[") { // init containers
		return path
	}
	if container == object.Name {
		return field
	}
	return "container " + container + " " + field
}

// tags leaves out the repository that two images share.
func tags(before, after string) (old, fresh string) {
	b, oldTag, ok := cutTag(before)
	a, newTag, also := cutTag(after)
	if !ok || !also || a != b {
		return before, after
	}
	return oldTag, newTag
}

func cutTag(image string) (repository, tag string, ok bool) {
	i := strings.LastIndexByte(image, ':')
	if i < 0 || strings.ContainsAny(image[i:], "/") || strings.Contains(image, "@") {
		return image, "", false
	}
	return image[:i], image[i+1:], true
}

func shown(value string) string {
	if value == "" {
		return `""`
	}
	return cut(plain(value), maxShown)
}

// plain is a text on one line, without what a terminal would take for a command.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, s)
}

// control reports whether a character does something instead of being seen: the
// control characters, and those that turn the direction of the text around them.
func control(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// Who names the line's objects.
func (l Line) Who() string { return few(l.Objects) }

// few names the first of many.
func few[S ~string](names []S) string {
	n := min(len(names), maxNamed)
	if len(names) == maxNamed+1 {
		n = len(names)
	}
	parts := make([]string, 0, n)
	for _, name := range names[:n] {
		parts = append(parts, string(name))
	}
	out := strings.Join(parts, ", ")
	if rest := len(names) - n; rest > 0 {
		out += fmt.Sprintf(" and %d more", rest)
	}
	return out
}

func join(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "; ")
}
