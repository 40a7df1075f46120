package render

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render/edge"
)

// FuzzEncode writes any text, and reads it back as a cluster's client does:
// what looks like a number or a boolean to an older YAML must still be text.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{
		"", " ", "~", "null", "yes", "off", "y", "0755", "0o17", "0x1F", "1_000", "1:20", "12e3", ".5", ".inf", "=", "<<", "2026-11-23",
		"a\nb", "a\n\n", "\n", "\n a", "  a\n b\n", "\ta", "\t\n", "a\r\nb", "\u0085", "\u2028", "\ufeff", "\x00", "---", "--- a\n---\n", "a: b", "# a", "- a", "*a", "&a", "!a",
		"%a", "@a", "`a", "\"", "'", "a #b", "a:", "{}", "[]", "|", ">", "?", "+", "-", "🅿",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // no YAML parser gives such text
		}
		object := edge.Object{"data": map[string]any{"value": s, "list": []any{s, map[string]any{"deep": s}}}}
		out, err := encode([]edge.Object{object}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]any
		if err := yaml.Unmarshal(out, &back); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(object, back); diff != "" {
			t.Errorf("(-written +read)\n%s\n%s", diff, out)
		}
	})
}
