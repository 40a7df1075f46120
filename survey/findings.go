package survey

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// findings are what the edge profile has to say, with the places.
func (r *run) findings(snap sync.Snapshot, out render.Output) []Finding {
	var all []Finding
	origins := originsOf(out)
	for _, f := range out.Findings {
		one := Finding{Rule: f.Rule, Severity: f.Severity, Object: f.Object, Field: f.Field, Message: f.Message}
		if f.Object == (sync.Ref{}) {
			one.File, one.Line = r.profile(snap, f.Field)
		} else {
			one.File = origins[f.Object]
			one.Line = r.lines.find(one.File, f.Object, f.Field)
		}
		all = append(all, one)
	}
	return all
}

// profile is where a field of the edge profile stands: the site's word counts.
func (r *run) profile(snap sync.Snapshot, field string) (file string, line int) {
	file = fleet.SiteFile(snap.Dir, snap.Site)
	line = r.lines.find(file, sync.Ref{}, field)
	spec := r.lines.find(file, sync.Ref{}, parentField(field))
	if line > 0 && line != spec {
		return file, line
	}
	file = fleet.File(snap.Dir)
	return file, r.lines.find(file, sync.Ref{}, field)
}

func parentField(field string) string {
	if i := strings.LastIndexByte(field, '.'); i >= 0 {
		return field[:i]
	}
	return ""
}

// refused are the findings that keep a lot from being built: those of the
// profile, where there are, else what the error says.
func (r *run) refused(snap sync.Snapshot, out render.Output, err error) []Finding {
	all := slices.DeleteFunc(r.findings(snap, out), func(f Finding) bool { return f.Severity != fleet.SeverityError })
	if len(all) == 0 {
		all = r.blame(snap, err)
	}
	return all
}

// blame makes findings of a lot's error, as far as its lines name files.
func (r *run) blame(snap sync.Snapshot, err error) []Finding {
	var all []Finding
	for line := range strings.SplitSeq(err.Error(), "\n") {
		line = strings.TrimPrefix(line, "site "+string(snap.Site)+": ")
		if f, ok := r.blameLine(line); ok {
			all = append(all, f)
		} else if len(all) > 0 {
			all[len(all)-1].Message += "\n" + line
		}
	}
	return all
}

// blameLine reads "FILE: …" and "FILE:LINE: …", with an object and its field
// behind it or not.
func (r *run) blameLine(line string) (Finding, bool) {
	file, rest, ok := strings.Cut(line, ":")
	if !ok || strings.ContainsAny(file, " \"") {
		return Finding{}, false
	}
	if e, err := r.tree.at(cleanPath(file)); err != nil || e == nil {
		return Finding{}, false
	}
	f := Finding{Rule: "render", Severity: fleet.SeverityError, File: file}
	if number, after, ok := strings.Cut(rest, ":"); ok {
		if n, err := strconv.Atoi(number); err == nil {
			f.Line, rest = n, after
		}
	}
	f.Message = strings.TrimSpace(rest)
	name, after, ok := strings.Cut(f.Message, ": ")
	if ref, is := parseRef(name); ok && is {
		f.Object, f.Message = ref, after
		if field, message, ok := strings.Cut(after, ": "); ok && !strings.Contains(field, " ") {
			f.Field, f.Message = field, message
		}
		if f.Line == 0 {
			f.Line = r.lines.find(file, ref, f.Field)
		}
	}
	return f, true
}

// parseRef reads an object's name as sync.Ref writes it.
func parseRef(s string) (sync.Ref, bool) {
	kind, name, ok := strings.Cut(s, " ")
	if !ok || kind == "" || kind[0] < 'A' || kind[0] > 'Z' || strings.Contains(name, " ") {
		return sync.Ref{}, false
	}
	ref := sync.Ref{Name: name}
	ref.Kind, ref.Group, _ = strings.Cut(kind, ".")
	if namespace, own, namespaced := strings.Cut(name, "/"); namespaced {
		ref.Namespace, ref.Name = namespace, own
	}
	return ref, true
}

// originsOf maps objects to the files that they came from, as far as that is
// known.
func originsOf(out render.Output) map[sync.Ref]string {
	origins := make(map[sync.Ref]string, len(out.Origins))
	for i, file := range out.Origins {
		if i < len(out.Objects) && file != "" {
			origins[edge.RefOf(out.Objects[i])] = file
		}
	}
	return origins
}
