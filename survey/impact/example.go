package impact

import (
	"bytes"
	"fmt"
	"maps"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
)

// maxDiff bounds the diff of one example, in bytes.
const maxDiff = 64_000

// Explain fills in the diff of the group's example. Lots that come, go or do not
// render have none.
func (g *Group) Explain(content Content) error {
	x := &g.Example
	if g.Kind != Changed || x.Diff != "" || x.base == nil || x.head == nil {
		return nil
	}
	var out strings.Builder
	label := maskOf(x.Site).label
	for _, c := range changes(x.base.Objects, x.head.Objects) {
		text, err := unified(c, content, label)
		if err != nil {
			return fmt.Errorf("compare lot %s: %w", x.Site, err)
		}
		if out.Len()+len(text) > maxDiff {
			fmt.Fprintf(&out, "(the diff goes on: lotsync render %s prints all of the lot)\n", x.Site)
			break
		}
		out.WriteString(text)
	}
	x.Diff = out.String()
	return nil
}

// unified is the diff of one object, under its names before and after.
func unified(c change, content Content, label string) (string, error) {
	before, err := open(c.before, content)
	if err != nil {
		return "", err
	}
	after, err := open(c.after, content)
	if err != nil {
		return "", err
	}
	before, after = hide(before, after)
	left, err := toYAML(before, label)
	if err != nil {
		return "", err
	}
	right, err := toYAML(after, label)
	if err != nil {
		return "", err
	}
	text := diff.Diff(heading(c.before), left, heading(c.after), right)
	// The first line names the command that a patch would be made with.
	_, text, _ = bytes.Cut(text, []byte("\n"))
	return string(text), nil
}

func heading(o *survey.Object) string {
	if o == nil {
		return "(none)"
	}
	return o.Ref.String()
}

func open(o *survey.Object, content Content) (edge.Object, error) {
	if o == nil {
		return nil, nil //nolint:nilnil // an object that is not there has no content
	}
	out, err := content(o.Digest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Ref, err)
	}
	return out, nil
}

func toYAML(o edge.Object, label string) ([]byte, error) {
	if o == nil {
		return nil, nil
	}
	data, err := yaml.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("%s: encode: %w", edge.RefOf(o), err)
	}
	return bytes.ReplaceAll(data, []byte("${site:label}"), []byte(label)), nil
}

// hide takes the values out of Secrets, and leaves to be seen which ones differ.
// The contents themselves are shared, and stay as they are.
func hide(before, after edge.Object) (left, right edge.Object) {
	if !secret(before) && !secret(after) {
		return before, after
	}
	left, right = maps.Clone(before), maps.Clone(after)
	for _, field := range []string{"data", "stringData"} {
		old, fresh := hiddenValues(before, after, field, "as it is"), hiddenValues(after, before, field, "as it will be")
		if old != nil {
			left[field] = old
		}
		if fresh != nil {
			right[field] = fresh
		}
	}
	return left, right
}

func secret(o edge.Object) bool { return o != nil && edge.Text(o, "kind") == "Secret" }

func hiddenValues(o, other edge.Object, field, when string) any {
	value, ok := o[field]
	if !ok {
		return nil
	}
	data, isMap := value.(map[string]any)
	if !isMap {
		return "(hidden)"
	}
	theirs, _ := other[field].(map[string]any)
	out := make(map[string]any, len(data))
	for key, v := range data {
		out[key] = "(hidden)"
		if w, both := theirs[key]; both && !equal(v, w) {
			out[key] = "(hidden: " + when + ")"
		}
	}
	return out
}
