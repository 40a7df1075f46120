package impact

import "strings"

// item is an item of a list of maps, with what tells it from the others.
type item struct {
	key   string
	field string // the field that the key is read from
	value map[string]any
}

// keyFields are the fields that tell the items of Kubernetes' lists apart, the
// most telling first: names of containers, volumes and variables, paths of
// mounts, numbers of ports.
func keyFields() []string {
	return []string{"name", "metadata", "key", "mountPath", "devicePath", "containerPort", "port", "ip", "host", "path", "topologyKey"}
}

// items is a list whose items have keys.
type items struct {
	list  []item
	place map[string]int // of a long list
}

// long is a list in which a map finds an item sooner than a look at each.
const long = 16

func (l *items) find(key string) (item, bool) {
	if l.place != nil {
		i, ok := l.place[key]
		if !ok {
			return item{}, false
		}
		return l.list[i], true
	}
	for _, it := range l.list {
		if it.key == key {
			return it, true
		}
	}
	return item{}, false
}

// add takes an item in, if its key is a new one.
func (l *items) add(it item) bool {
	if _, twice := l.find(it.key); twice || it.key == "" {
		return false
	}
	if l.place != nil {
		l.place[it.key] = len(l.list)
	}
	l.list = append(l.list, it)
	return true
}

// keyed finds the field that tells the items of both lists apart. Every item has
// to have it, and no two of a list the same.
func keyed(before, after []any) (b, a items, ok bool) {
	if len(before) == 0 || len(after) == 0 {
		return items{}, items{}, false
	}
	for _, field := range keyFields() {
		if b, ok = keyedBy(before, field); !ok {
			continue
		}
		if a, ok = keyedBy(after, field); ok {
			return b, a, true
		}
	}
	if b, ok = keyedBy(before, ""); !ok {
		return items{}, items{}, false
	}
	a, ok = keyedBy(after, "")
	return b, a, ok
}

// keyedBy reads the keys of a list from a field, or without one from what the
// items refer to.
func keyedBy(list []any, field string) (items, bool) {
	out := items{list: make([]item, 0, len(list))}
	if len(list) > long {
		out.place = make(map[string]int, len(list))
	}
	for _, v := range list {
		m, ok := v.(map[string]any)
		if !ok {
			return items{}, false
		}
		it := item{field: field, value: m}
		if field == "" {
			it.key = source(m)
		} else {
			it.key = key(m[field])
		}
		if !out.add(it) {
			return items{}, false
		}
	}
	return out, true
}

func key(v any) string {
	switch v := v.(type) {
	case map[string]any: // metadata
		name, _ := v["name"].(string)
		return name
	case string:
		return v
	}
	n, _ := number(v)
	return n
}

// source is what an item of envFrom or of a projected volume refers to: a
// ConfigMap or a Secret without the hash in its name, or the kind of source.
func source(m map[string]any) string {
	found := ""
	for field, v := range m {
		ref, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if found != "" {
			return ""
		}
		name, _ := ref["name"].(string)
		if name == "" {
			found = field
			continue
		}
		found = stem(name)
		if strings.HasPrefix(field, "secret") {
			found = "Secret/" + found
		}
	}
	return found
}

func (l *items) String() string {
	out := make([]string, 0, len(l.list))
	for _, it := range l.list {
		out = append(out, it.key)
	}
	return strings.Join(out, ", ")
}
