package impact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// line is a difference on one line.
func line(d difference) string {
	if d.hidden {
		return fmt.Sprintf("%s %s (hidden)", d.path, d.change)
	}
	return fmt.Sprintf("%s %s: %s -> %s", d.path, d.change, d.old, d.new)
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		"nothing": {"a: {b: [1, {c: d}]}", "a: {b: [1, {c: d}]}", nil},
		"a value": {"spec: {replicas: 1}", "spec: {replicas: 2}", []string{"spec.replicas changed: 1 -> 2"}},
		"a text that looks like the number before it": {
			"data: {PORT: 8080}", `data: {PORT: "8080"}`, []string{`data.PORT changed: 8080 -> "8080"`},
		},
		"a value that becomes a structure": {"a: 1", "a: {b: 2}", []string{`a changed: 1 -> {"b":2}`}},
		"fields that come and go":          {"a: 1", "b: {c: true}", []string{"a removed: 1 -> ", `b added:  -> {"c":true}`}},
		"null is a value":                  {"a: null", "b: null", []string{"a removed: null -> ", "b added:  -> null"}},
		"a name with a dot or a slash": {
			`metadata: {annotations: {example.com/a: b}}`, `metadata: {annotations: {example.com/a: c}}`,
			[]string{"metadata.annotations[example.com/a] changed: b -> c"},
		},
		"containers by name, in whatever order": {
			`containers: [{name: a, image: "x:1"}, {name: b, image: "y:1"}]`, `containers: [{name: b, image: "y:2"}, {name: a, image: "x:1"}]`,
			[]string{"containers[b].image changed: y:1 -> y:2"},
		},
		"nothing but another order": {
			"env: [{name: A}, {name: B}]", "env: [{name: B}, {name: A}]",
			[]string{"env reordered: A, B -> B, A"},
		},
		"variables that come and go": {
			"env: [{name: A, value: x}, {name: B, valueFrom: {fieldRef: {fieldPath: f}}}]", "env: [{name: A, value: x}, {name: C, value: z}]",
			[]string{`env[B] removed: {"valueFrom":{"fieldRef":{"fieldPath":"f"}}} -> `, "env[C].value added:  -> z"},
		},
		"ports by name, and by number where they have none": {
			"a: {ports: [{name: http, containerPort: 80}]}\nb: {ports: [{port: 80, targetPort: 80}]}",
			"a: {ports: [{name: http, containerPort: 8080}]}\nb: {ports: [{port: 80, targetPort: 8080}]}",
			[]string{"a.ports[http].containerPort changed: 80 -> 8080", "b.ports[80].targetPort changed: 80 -> 8080"},
		},
		"mounts by path": {
			"volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b}]", "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b, readOnly: true}]",
			[]string{"volumeMounts[/b].readOnly added:  -> true"},
		},
		"claims of a StatefulSet by name": {
			"t: [{metadata: {name: data}, spec: {size: 1}}]", "t: [{metadata: {name: data}, spec: {size: 2}}]",
			[]string{"t[data].spec.size changed: 1 -> 2"},
		},
		"references to generated objects by name without the hash": {
			"envFrom: [{configMapRef: {name: lot-2456789bcd}}, {secretRef: {name: lot-2456789bcd}}]", "envFrom: [{configMapRef: {name: lot-bcdfghkmt2}}, {secretRef: {name: lot-2456789bcd}}]",
			[]string{"envFrom[lot].configMapRef.name changed: lot-2456789bcd -> lot-bcdfghkmt2"},
		},
		"two items of one name are told apart by their place": {
			"env: [{name: A, value: x}, {name: A, value: v}]", "env: [{name: A, value: x}, {name: A, value: z}]",
			[]string{"env[1].value changed: v -> z"},
		},
		"arguments by their place":                  {"args: [-a, -b]", "args: [-a, -c]", []string{"args[1] changed: -b -> -c"}},
		"arguments of another number as a whole":    {"args: [-a]", "args: [-a, -c]", []string{`args changed: ["-a"] -> ["-a","-c"]`}},
		"a list that empties":                       {"args: [-a]", "args: []", []string{`args changed: ["-a"] -> []`}},
		"the name, by which objects are matched":    {"metadata: {name: a-2456789bcd}", "metadata: {name: a-bcdfghkmt2}", nil},
		"a Secret's data, and its type":             {"{kind: Secret, type: a, data: {PIN: MQ==}}", "{kind: Secret, type: b, data: {PIN: Mg==}}", []string{"data.PIN changed (hidden)", "type changed: a -> b"}},
		"a Secret that gets data":                   {"{kind: Secret}", "{kind: Secret, stringData: {PIN: secret}}", []string{"stringData added (hidden)"}},
		"a ConfigMap's data is no secret":           {"{kind: ConfigMap, data: {PIN: MQ==}}", "{kind: ConfigMap, data: {PIN: Mg==}}", []string{"data.PIN changed: MQ== -> Mg=="}},
		"deep and next to each other (one memory!)": {"a: {b: {c: {d: 1}, e: 1}, f: [{name: x, g: 1}]}", "a: {b: {c: {d: 2}, e: 2}, f: [{name: x, g: 2}]}", []string{"a.b.c.d changed: 1 -> 2", "a.b.e changed: 1 -> 2", "a.f[x].g changed: 1 -> 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range differences(object(t, tt.before), object(t, tt.after)) {
				got = append(got, line(d))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func object(t *testing.T, text string) edge.Object {
	t.Helper()
	var o edge.Object
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLongListsAreMatchedByNameToo(t *testing.T) {
	t.Parallel()
	var before, after strings.Builder
	for i := range 3 * long {
		fmt.Fprintf(&before, "- {name: n%d, value: x}\n", i)
		fmt.Fprintf(&after, "- {name: n%d, value: x}\n", i+1)
	}
	got := differences(object(t, "l:\n"+before.String()), object(t, "l:\n"+after.String()))
	want := []string{"l[n0].value removed: x -> ", "l[n48].value added:  -> x"}
	if len(got) != 2 || line(got[0]) != want[0] || line(got[1]) != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNumbersAreEqualWhateverTheirType(t *testing.T) {
	t.Parallel()
	if found := differences(edge.Object{"a": 1, "b": int64(2)}, edge.Object{"a": 1.0, "b": 2}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestTheHashOfAGeneratedName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"tariff-2456789bcd":  "tariff",
		"gate-controller":    "gate-controller", // ten letters, but of all kinds
		"tariff":             "tariff",
		"-2456789bcd":        "-2456789bcd",
		"tariff-2456789bc":   "tariff-2456789bc",
		"a-b-mkbg2t5f6h":     "a-b",
		"tariff2-456789bcdf": "tariff2",
	} {
		if got := stem(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestALotsOwnNameIsMasked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ site, text, want string }{
		"the name":                     {"nl/ams/0042", "lots/nl/ams/0042/gate", "lots/${site:name}/gate"},
		"the label":                    {"nl/ams/0042", "nl.ams.0042.example.com", "${site:label}.example.com"},
		"with hyphens":                 {"nl/ams/0042", "lot-nl-ams-0042", "lot-${site}"},
		"twice":                        {"nl/ams/0042", "nl/ams/0042, nl/ams/0042", "${site:name}, ${site:name}"},
		"part of another number":       {"nl/ams/0042", "nl/ams/00421 nl/ams/0042", "nl/ams/00421 ${site:name}"},
		"part of another word":         {"nl/ams/0042", "xnl/ams/0042", "xnl/ams/0042"},
		"a name that may be by chance": {"80", "80", "80"},
		"a name of one segment":        {"lot-0042", "lot-0042", "${site:name}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := maskOf(sync.Site(tt.site)).text(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
