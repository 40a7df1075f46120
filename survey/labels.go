package survey

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// selector is one pair of a selector in fleet.yaml.
type selector struct {
	key, value, field string
}

// labels finds selectors that no lot fits, and lots whose labels look like a
// misspelt selector. With a choice of lots there is no saying what no lot has.
func (x *across) labels(result *Result) error {
	file := fleet.File(x.options.Dir)
	data, err := x.tree.ReadFile(file)
	if err != nil {
		return nil //nolint:nilerr // each lot has said it
	}
	f, err := fleet.ParseFleet(data, file)
	if err != nil {
		return nil //nolint:nilerr // each lot has said it
	}
	selectors := selectorsOf(f.Spec.Rollout)
	lots := countLabels(x.lots)
	if x.options.Sites == nil {
		for _, s := range selectors {
			if message := lots.misses(s); message != "" {
				result.Findings = append(result.Findings, Finding{
					Rule: "selector", Severity: fleet.SeverityWarning, File: file, Line: x.lines.find(file, sync.Ref{}, s.field),
					Field: s.field, Message: message,
				})
			}
		}
	}
	for i := range x.lots {
		x.misspelt(i, selectors, lots)
	}
	return nil
}

// selectorsOf are the pairs of all selectors of a policy.
func selectorsOf(p fleet.Rollout) []selector {
	var all []selector
	add := func(at string, pairs map[string]string) {
		for _, key := range slices.Sorted(maps.Keys(pairs)) {
			all = append(all, selector{key, pairs[key], at + ".selector." + key})
		}
	}
	for i, w := range p.Waves {
		add(fmt.Sprintf("spec.rollout.waves[%d]", i), w.Selector)
	}
	for i, pin := range p.Pins {
		add(fmt.Sprintf("spec.rollout.pins[%d]", i), pin.Selector)
	}
	return all
}

// labelCount is how many lots have each value of each label.
type labelCount map[string]map[string]int

func countLabels(lots []Lot) labelCount {
	count := labelCount{}
	for _, lot := range lots {
		for key, value := range lot.Labels {
			if count[key] == nil {
				count[key] = map[string]int{}
			}
			count[key][value]++
		}
	}
	return count
}

// misses says that no lot fits a selector; empty if one does.
func (c labelCount) misses(s selector) string {
	values, known := c[s.key]
	if !known {
		return fmt.Sprintf("no lot has a label %s%s: correct it, or label the lots that it is for", s.key, perhaps(s.key, slices.Sorted(maps.Keys(c))))
	}
	if values[s.value] > 0 {
		return ""
	}
	return fmt.Sprintf("no lot is labelled %s: %s%s: correct it, or label the lots that it is for", s.key, s.value, perhaps(s.value, slices.Sorted(maps.Keys(values))))
}

// perhaps is " (did you mean X?)", or nothing.
func perhaps(word string, known []string) string {
	if near := fleet.Nearest(word, known); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

// misspelt finds a lot's labels that no selector knows, although one knows
// nearly the same.
func (x *across) misspelt(i int, selectors []selector, lots labelCount) {
	labels := x.lots[i].Labels
	keys, values := map[string]bool{}, map[string][]string{}
	for _, s := range selectors {
		keys[s.key] = true
		values[s.key] = append(values[s.key], s.value)
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		switch {
		case !keys[key]:
			near := nearly(key, slices.Sorted(maps.Keys(keys)))
			if _, has := labels[near]; near != "" && !has {
				x.label(i, key, fmt.Sprintf("no selector of the fleet knows the label %s, and the lot has no label %s: did you mean that?", key, near))
			}
		case !slices.Contains(values[key], value):
			near := nearly(value, values[key])
			if near != "" && lots[key][value] < lots[key][near] {
				x.label(i, key, fmt.Sprintf("no selector of the fleet knows the value %s: did you mean %s, as %d lots have it?", value, near, lots[key][near]))
			}
		}
	}
}

func (x *across) label(i int, key, message string) {
	file, field := fleet.SiteFile(x.options.Dir, x.lots[i].Site), "metadata.labels."+key
	x.extra[i] = append(x.extra[i], Finding{
		Rule: "labels", Severity: fleet.SeverityWarning, File: file, Line: x.lines.find(file, sync.Ref{}, field), Field: field, Message: message,
	})
}

// nearly is a word that differs by a slip of the finger: one letter more, less
// or other, or two changed places.
func nearly(word string, known []string) string {
	for _, k := range known {
		if k != word && min(len(k), len(word)) >= 3 && slip(word, k) {
			return k
		}
	}
	return ""
}

func slip(a, b string) bool {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	a, b = a[start:], b[start:]
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) <= 1 && len(b) <= 1 {
		return true
	}
	return len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
