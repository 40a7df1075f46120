package edge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const variableStart = "${site:"

// variables replaces ${site:NAME} in the string values of all objects, and in
// those of the profile. Names of fields stay: one that holds a variable is an
// error. Plain ${NAME} belongs to shell scripts and stays too.
func (w *work) variables(objects []Object) {
	e := &w.profile.Edge
	e.NodeSelector = w.expandMap(e.NodeSelector, "spec.edge.nodeSelector")
	e.NodeLabels = w.expandMap(e.NodeLabels, "spec.edge.nodeLabels")
	for _, o := range objects {
		if mentions(o) {
			w.expandIn(o, o, "")
		}
	}
}

func (w *work) expandMap(m map[string]string, field string) map[string]string {
	out := make(map[string]string, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		value, err := w.expand(m[key])
		if err != nil {
			w.fail("variables", nil, field+"."+key, "%s", err)
		}
		out[key] = value
	}
	return out
}

// mentions reports whether there is a variable anywhere in v. Most of a lot's
// objects have none, and need no walk in order.
func mentions(v any) bool {
	switch v := v.(type) {
	case Object:
		for key, value := range v {
			if strings.Contains(key, variableStart) || mentions(value) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, mentions)
	case string:
		return strings.Contains(v, variableStart)
	}
	return false
}

// expandIn replaces variables in v, a part of o that mentions some, and returns
// its new value.
func (w *work) expandIn(o Object, v any, path string) any {
	switch v := v.(type) {
	case Object:
		w.expandFields(o, v, path)
	case []any:
		for i := range v {
			if mentions(v[i]) {
				v[i] = w.expandIn(o, v[i], index(path, i))
			}
		}
	case string:
		expanded, err := w.expand(v)
		if err != nil {
			w.fail("variables", o, path, "%s", err)
		}
		return expanded
	}
	return v
}

func (w *work) expandFields(o, v Object, path string) {
	var names []string
	for name, value := range v {
		if strings.Contains(name, variableStart) || mentions(value) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		at := strings.TrimPrefix(path+"."+name, ".")
		if strings.Contains(name, variableStart) {
			w.fail("variables", o, at, "is the name of a field, and variables are for values only: write the name out")
		}
		v[name] = w.expandIn(o, v[name], at)
	}
}

func (w *work) expand(s string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, variableStart)
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("%s%s has no closing brace: write ${site:NAME}", variableStart, rest)
		}
		value, err := w.lookUp(name)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		s = after
	}
}

func (w *work) lookUp(name string) (string, error) {
	if label, is := strings.CutPrefix(name, "labels."); is {
		return pick(name, "metadata.labels", w.profile.Labels, label)
	}
	if variable, is := strings.CutPrefix(name, "vars."); is {
		return pick(name, "spec.vars", w.profile.Vars, variable)
	}
	switch name {
	case "name":
		return string(w.profile.Site), nil
	case "label":
		return w.profile.Site.Label(), nil
	}
	return "", fmt.Errorf("${site:%s} is unknown: there are name, label, labels.X and vars.X", name)
}

func pick(name, where string, values map[string]string, key string) (string, error) {
	value, ok := values[key]
	if !ok {
		known := strings.Join(slices.Sorted(maps.Keys(values)), ", ")
		return "", fmt.Errorf("${site:%s} is unknown: add %s.%s to the lot's site.yaml (it has: %s)", name, where, key, known)
	}
	return value, nil
}
