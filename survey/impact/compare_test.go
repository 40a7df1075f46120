package impact_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/survey/impact"
	"github.com/lotsync/lotsync/sync"
)

// config is a ConfigMap of some values.
func config(name string, data map[string]string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: parking}\ndata:\n", name)
	for key, value := range data {
		fmt.Fprintf(&out, "  %s: %q\n", key, value)
	}
	return out.String()
}

// compared are the groups of a comparison, a line for each.
func compared(t *testing.T, s store, base, head []survey.Lot) []string {
	t.Helper()
	r, err := impact.Compare(base, head, s.content)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, g := range r.Groups {
		line := fmt.Sprintf("%d %s", g.Count, g.Kind)
		for _, e := range g.Effects {
			for _, f := range e.Fields {
				line += " " + f.Path
				if f.Varies {
					line += " varies"
					continue
				}
				line += " " + f.Old + "->" + f.New
			}
		}
		out = append(out, strings.TrimSpace(line+" "+g.Error))
	}
	return out
}

func TestGroups(t *testing.T) {
	t.Parallel()
	same := func(value string) func(int, sync.Site) map[string]string {
		return func(int, sync.Site) map[string]string { return map[string]string{"TARIFF": value} }
	}
	for name, tt := range map[string]struct {
		lots         int
		before, then func(n int, site sync.Site) map[string]string
		want         []string
	}{
		"the same change is one group": {lots: 20, before: same("1"), then: same("2"), want: []string{"20 changed data.TARIFF 1->2"}},
		"ten different changes are ten groups": {
			lots: 10, before: same("x"),
			then: func(n int, _ sync.Site) map[string]string { return map[string]string{"TARIFF": fmt.Sprint(n)} },
			want: []string{
				"1 changed data.TARIFF x->0", "1 changed data.TARIFF x->1", "1 changed data.TARIFF x->2", "1 changed data.TARIFF x->3", "1 changed data.TARIFF x->4",
				"1 changed data.TARIFF x->5", "1 changed data.TARIFF x->6", "1 changed data.TARIFF x->7", "1 changed data.TARIFF x->8", "1 changed data.TARIFF x->9",
			},
		},
		"eleven are one that differs": {
			lots: 11, before: same("x"),
			then: func(n int, _ sync.Site) map[string]string { return map[string]string{"TARIFF": fmt.Sprint(n)} },
			want: []string{"11 changed data.TARIFF varies"},
		},
		"large groups of a shape stay, and only what differs is said to": {
			lots:   40,
			before: func(int, sync.Site) map[string]string { return map[string]string{"MODE": "a", "TARIFF": "x"} },
			then: func(n int, _ sync.Site) map[string]string {
				return map[string]string{"MODE": "b", "TARIFF": fmt.Sprint(max(n, 20))}
			},
			want: []string{"21 changed data.MODE a->b data.TARIFF x->20", "19 changed data.MODE a->b data.TARIFF varies"},
		},
		"the lot's own name makes no difference": {
			lots:   20,
			before: func(_ int, site sync.Site) map[string]string { return map[string]string{"TOPIC": string(site)} },
			then:   func(_ int, site sync.Site) map[string]string { return map[string]string{"TOPIC": "v2/" + string(site)} },
			want:   []string{"20 changed data.TOPIC ${site:name}->v2/${site:name}"},
		},
		"a list of lots that all have is not masked": {
			lots: 20, before: same("nl/ams/0000"), then: same("nl/ams/0000,nl/ams/0001"),
			want: []string{"20 changed data.TARIFF nl/ams/0000->nl/ams/0000,nl/ams/0001"},
		},
		"another field is another group, the larger first": {
			lots:   5,
			before: func(int, sync.Site) map[string]string { return map[string]string{"A": "1", "B": "1"} },
			then: func(n int, _ sync.Site) map[string]string {
				if n < 2 {
					return map[string]string{"A": "2", "B": "1"}
				}
				return map[string]string{"A": "1", "B": "2"}
			},
			want: []string{"3 changed data.B 1->2", "2 changed data.A 1->2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store{}
			var base, head []survey.Lot
			for n := range tt.lots {
				site := sync.Site(fmt.Sprintf("nl/ams/%04d", n))
				base = append(base, s.lot(t, site, config("lot", tt.before(n, site))))
				head = append(head, s.lot(t, site, config("lot", tt.then(n, site))))
			}
			if diff := cmp.Diff(tt.want, compared(t, s, base, head)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestManyErrorsThatDifferInNumbersAreOneGroup(t *testing.T) {
	t.Parallel()
	s := store{}
	var base, head []survey.Lot
	for n := range 30 {
		site := sync.Site(fmt.Sprintf("nl/ams/%04d", n))
		base = append(base, s.lot(t, site, config("lot", nil)))
		head = append(head, survey.Lot{Site: site, Error: fmt.Sprintf("site %s: line %d: no such file", site, n+1)})
	}
	head[7].Error = "renders to nothing"
	want := []string{"29 broken line #: no such file", "1 broken renders to nothing"}
	if diff := cmp.Diff(want, compared(t, s, base, head)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestObjectsWithTheNameOfTheLotAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := store{}
	var base, head []survey.Lot
	for n := range 12 {
		site := sync.Site(fmt.Sprintf("nl/ams/%04d", n))
		base = append(base, survey.Lot{Site: site})
		name := "lot-" + strings.ReplaceAll(string(site), "/", "-")
		head = append(head, s.lot(t, site, config(name, nil)))
	}
	r, err := impact.Compare(base, head, s.content)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Groups) != 1 || r.Groups[0].Effects[0].Object.Name != "lot-${site}" {
		t.Errorf("groups %+v", r.Groups)
	}
}

func TestALotsOwnNamespaceIsNoEffect(t *testing.T) {
	t.Parallel()
	s := store{}
	state := func(value string) (lots []survey.Lot) {
		for i, namespaces := range [][]string{{"parking"}, {"elsewhere"}, {"a", "b"}, {"b", "c"}} {
			stream := ""
			for _, ns := range namespaces {
				stream += "---\n" + strings.Replace(config("lot", map[string]string{"A": value}), "parking", ns, 1)
			}
			lots = append(lots, s.lot(t, sync.Site(fmt.Sprintf("nl/ams/%04d", i)), stream))
		}
		return lots
	}
	want := []string{"2 changed data.A 1->2", "1 changed data.A 1->2 data.A 1->2", "1 changed data.A 1->2 data.A 1->2"}
	if diff := cmp.Diff(want, compared(t, s, state("1"), state("2"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEqualKeysAreNotLookedInto(t *testing.T) {
	t.Parallel()
	lot := survey.Lot{Site: "a", Key: "k", Objects: []survey.Object{{Ref: sync.Ref{Kind: "ConfigMap", Name: "x"}, Digest: "1"}}}
	r, err := impact.Compare([]survey.Lot{lot}, []survey.Lot{lot}, func(sync.Digest) (edge.Object, error) {
		return nil, errors.New("looked into")
	})
	if err != nil || r.Radius.Touched != 0 {
		t.Errorf("radius %+v, error %v", r.Radius, err)
	}
}

func TestContentThatIsNotThereIsAnErrorThatNamesLotAndObject(t *testing.T) {
	t.Parallel()
	lot := func(digest sync.Digest) []survey.Lot {
		return []survey.Lot{{Site: "nl/ams/0001", Objects: []survey.Object{{Ref: sync.Ref{Kind: "ConfigMap", Namespace: "parking", Name: "lot"}, Digest: digest}}}}
	}
	_, err := impact.Compare(lot("1"), lot("2"), store{}.content)
	if want := "compare lot nl/ams/0001: ConfigMap parking/lot: no such content"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestPods(t *testing.T) {
	t.Parallel()
	object := func(kind, body string) string {
		return fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: x, namespace: parking}\n%s\n",
			map[string]string{"Pod": "v1", "Job": "batch/v1", "CronJob": "batch/v1", "Widget": "example.com/v1"}[kind], kind, body)
	}
	apps := func(kind, body string) string {
		return strings.Replace(object(kind, body), "apiVersion: \n", "apiVersion: apps/v1\n", 1)
	}
	for name, tt := range map[string]struct {
		before, after string
		want          impact.Pods
	}{
		"a template that changes":          {apps("Deployment", "spec: {template: {a: 1}}"), apps("Deployment", "spec: {template: {a: 2}}"), impact.PodsRestart},
		"a StatefulSet's, too":             {apps("StatefulSet", "spec: {template: {a: 1}}"), apps("StatefulSet", "spec: {template: {a: 2}}"), impact.PodsRestart},
		"more replicas restart nothing":    {apps("Deployment", "spec: {replicas: 1}"), apps("Deployment", "spec: {replicas: 2}"), ""},
		"a field that begins like it":      {apps("Deployment", "spec: {templates: 1}"), apps("Deployment", "spec: {templates: 2}"), ""},
		"a Pod is made anew":               {object("Pod", "spec: {a: 1}"), object("Pod", "spec: {a: 2}"), impact.PodsRestart},
		"a Pod's label is not its spec":    {object("Pod", "x: {a: 1}"), object("Pod", "x: {a: 2}"), ""},
		"a Job is made anew":               {object("Job", "spec: {template: {a: 1}}"), object("Job", "spec: {template: {a: 2}}"), impact.PodsRestart},
		"a CronJob changes its next run":   {object("CronJob", "spec: {jobTemplate: 1}"), object("CronJob", "spec: {jobTemplate: 2}"), ""},
		"a workload that comes":            {"", apps("DaemonSet", ""), impact.PodsStart},
		"a workload that goes":             {apps("DaemonSet", ""), "", impact.PodsStop},
		"what is no workload has no pods":  {object("Widget", "spec: {template: 1}"), object("Widget", "spec: {template: 2}"), ""},
		"a CronJob that comes runs nobody": {"", object("CronJob", ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store{}
			base, head := s.lot(t, "nl/ams/0001", tt.before), s.lot(t, "nl/ams/0001", tt.after)
			r, err := impact.Compare([]survey.Lot{base}, []survey.Lot{head}, s.content)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Groups[0].Effects[0].Pods; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if restarts := r.Radius.Restarts == 1; restarts != (tt.want != "") {
				t.Errorf("radius %+v", r.Radius)
			}
		})
	}
}

func TestACommentFitsWhateverChanges(t *testing.T) {
	t.Parallel()
	s := store{}
	var base, head []survey.Lot
	for n := range 400 {
		site := sync.Site(fmt.Sprintf("nl/ams/%04d", n))
		key := fmt.Sprintf("KEY%d", n) // a shape of each lot's own
		base = append(base, s.lot(t, site, config("lot", map[string]string{key: strings.Repeat("x|`<", 200)})))
		head = append(head, s.lot(t, site, config("lot", map[string]string{key: strings.Repeat("y|`<", 200)})))
	}
	r, err := impact.Compare(base, head, s.content)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Groups {
		if err := r.Groups[i].Explain(s.content); err != nil {
			t.Fatal(err)
		}
	}
	got := r.Markdown("main..HEAD", 0)
	if len(got) > 60_000 || len(got) < 40_000 {
		t.Errorf("%d bytes", len(got))
	}
	if want := "more groups and "; !strings.Contains(got, want) {
		t.Errorf("it does not say what is left out: …%s", got[len(got)-200:])
	}
	if got := r.Markdown("main..HEAD", 3); !strings.Contains(got, "Left out: 397 more groups.") {
		t.Errorf("a limit is not told: …%s", got[len(got)-200:])
	}
	if got := r.Text("main..HEAD", 3, noColour); !strings.HasSuffix(got, "397 groups of 397 lots not shown: --limit 0 shows all\n") {
		t.Errorf("a limit is not told: …%s", got[len(got)-200:])
	}
}

func TestAnObjectWithManyChangedFieldsIsCut(t *testing.T) {
	t.Parallel()
	s := store{}
	before, after := map[string]string{}, map[string]string{}
	for n := range 80 {
		before[fmt.Sprintf("K%02d", n)], after[fmt.Sprintf("K%02d", n)] = "a", "b"
	}
	base, head := s.lot(t, "nl/ams/0001", config("lot", before)), s.lot(t, "nl/ams/0001", config("lot", after))
	r, err := impact.Compare([]survey.Lot{base}, []survey.Lot{head}, s.content)
	if err != nil {
		t.Fatal(err)
	}
	if e := r.Groups[0].Effects[0]; len(e.Fields) != 50 || e.More != 30 {
		t.Errorf("%d fields and %d more", len(e.Fields), e.More)
	}
	lines, _ := r.Groups[0].Lines()
	if got := lines[len(lines)-1].What; got != "75 more fields" {
		t.Errorf("last line %q", got)
	}
}
