package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// parseEnforced reads lines of "required DEFINITION FIELD…" and "enum DEFINITION
// FIELD…".
func parseEnforced(text string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range words[2:] {
			out[words[0]+" "+words[1]+" "+name] = true
		}
	}
	return out
}

// keepEnforced drops what no API server is known to hold to.
func (s *spec) keepEnforced(keep map[string]bool) {
	for name, fields := range s.definitions {
		for property, f := range fields {
			f.required = f.required && keep["required "+name+" "+property]
			if !keep["enum "+name+" "+property] {
				f.enum = nil
			}
			fields[property] = f
		}
	}
}

// encode writes all versions as one text; see the package openapi for its form.
func encode(specs []spec) []byte {
	names := map[string]bool{}
	for _, s := range specs {
		for name := range s.definitions {
			names[name] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	number := map[string]int{}
	for i, name := range sorted {
		number[name] = i
	}
	var out bytes.Buffer
	for i, s := range specs {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(s.version)
	}
	out.WriteByte('\n')
	writeLines(&out, len(specs), func(i int, add func(string)) {
		for kind, definition := range specs[i].kinds {
			add(kind + " " + strconv.Itoa(number[definition]))
		}
	})
	for _, name := range sorted {
		out.WriteString(name + "\n")
		writeLines(&out, len(specs), func(i int, add func(string)) {
			for property, f := range specs[i].definitions[name] {
				add(f.line(property, number))
			}
		})
	}
	return out.Bytes()
}

// line is a field as it is written, but for the versions.
func (f field) line(name string, number map[string]int) string {
	if f.required {
		name += "!"
	}
	s := f.shape
	if prefix, definition, is := strings.Cut(s, "@"); is {
		s = prefix + strconv.Itoa(number[definition])
	}
	if f.keys != nil {
		s += ":" + strings.Join(f.keys, ",")
	}
	return name + " " + strings.Join(append([]string{s}, f.enum...), "|")
}

// writeLines writes what collect adds for each version: every line once, sorted,
// with the set of versions it belongs to, unless these are all; then an empty line.
func writeLines(out *bytes.Buffer, versions int, collect func(version int, add func(string))) {
	in := map[string]uint{}
	for i := range versions {
		collect(i, func(line string) { in[line] |= 1 << i })
	}
	for _, line := range slices.Sorted(maps.Keys(in)) {
		out.WriteString(line)
		if set := in[line]; set != 1<<versions-1 {
			fmt.Fprintf(out, " %x", set)
		}
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
}
