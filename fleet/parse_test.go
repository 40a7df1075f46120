package fleet_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

// everything is DESIGN's example: each field of a Fleet once.
const everything = `apiVersion: lotsync.dev/v1alpha1
kind: Fleet
spec:
  edge:
    nodeLabels: {node-role.kubernetes.io/edge: ""}
    nodeSelector: {lotsync.dev/edge: "true", lotsync.dev/site: "${site:label}"}
    tolerations: [{key: node-role.kubernetes.io/edge, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]
    ports: {mode: remap, offset: 8000, nodePorts: 30000-32767}
    images: {pullPolicy: IfNotPresent, rewrite: {nginx: nginxinc/nginx-unprivileged}}
    findings: {latest-tag: error, missing-limits: warning, always-pull: off}
    podTemplates: [{group: argoproj.io, kind: Rollout, path: spec.template}]
    storageClasses: [local-path, usb]
  schedule: {poll: "*/5 * * * *", spread: 5m, drift: 10m}
  rollout:
    windows: [{open: "0 2 * * *", duration: 3h, timeZone: Europe/Amsterdam}]
    waves:
      - {name: canary, selector: {ring: canary}}
      - {name: tenth, percent: 10, after: 2h}
    seed: "2026-11"
    since: 2026-11-23T09:00:00Z
    urgent: {until: 2026-11-23T18:00:00Z}
    halt: false
    pins: [{selector: {ring: canary}, commit: 9fceb02}]
    retry: 0
    health: {timeout: 10m, settle: 30s}
    guard: {maxPrunePercent: 25}
`

const wholeSite = `apiVersion: lotsync.dev/v1alpha1
kind: Site
metadata: {labels: {ring: canary, operator: parkco}}
spec:
  vars: {TARIFF: "3.20", GATES: "2"}
  timeZone: Europe/Amsterdam
  topology: local
  node: {memory: 1Gi, arch: arm64}
  probes: [{name: gate, http: "http://127.0.0.1:30123/", every: 5s}]
  veto: {http: "http://127.0.0.1:30130/idle", limit: 6h, then: hold}
  edge: {ports: {offset: 9000}, nodeSelector: {disk: fast}, tolerations: []}
  schedule:
  rollout: {windows: [], halt: true}
`

func TestTheDocumentedExamplesParse(t *testing.T) {
	t.Parallel()
	f, err := fleet.ParseFleet([]byte(everything), "sites/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := fleet.ParseSite([]byte(wholeSite), "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Spec.Rollout.Since.Value().Unix(); got != 1795424400 {
		t.Errorf("since is %d", got)
	}
	if s.Spec.Vars["TARIFF"] != "3.20" || s.Spec.Veto.Limit.Value().Hours() != 6 {
		t.Errorf("got %+v", s)
	}
}

func TestTheSampleFleetParses(t *testing.T) {
	t.Parallel()
	files := sites.Files()
	data, err := files.ReadFile("fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.ParseFleet(data, "fleet.yaml"); err != nil {
		t.Error(err)
	}
	lots, err := fleet.ListSites(files, ".")
	if err != nil || len(lots) < 12 {
		t.Fatalf("%d lots, %v", len(lots), err)
	}
	for _, lot := range lots {
		data, err := files.ReadFile(fleet.SiteFile(".", lot))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fleet.ParseSite(data, fleet.SiteFile(".", lot)); err != nil {
			t.Error(err)
		}
	}
}

func TestWrongFilesAreRefusedWithFileLineFieldAndMend(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\n"
	for name, test := range map[string]struct{ file, want string }{
		"a misspelt field":       {head + "spec:\n  egde: {}\n", "f.yaml:4: spec.egde: unknown field (did you mean edge?); known here: edge, schedule, rollout"},
		"a deep misspelt field":  {head + "spec: {edge: {ports: {nodeport: 1-2}}}\n", "f.yaml:3: spec.edge.ports.nodeport: unknown field (did you mean nodePorts?)"},
		"a field of no kin":      {head + "spec: {xyzzyplugh: 1}\n", "f.yaml:3: spec.xyzzyplugh: unknown field; known here"},
		"another case":           {head + "Spec: {}\n", "f.yaml:3: Spec: unknown field (did you mean spec?)"},
		"a key twice":            {head + "spec:\n  edge: {}\n  edge: {}\n", "f.yaml:5: spec.edge: is given twice (first in line 4)"},
		"a number for a string":  {head + "spec: {edge: {nodeLabels: {a: 1}}}\n", "spec.edge.nodeLabels.a: want a string: put 1 into quotes"},
		"a string for a number":  {head + "spec: {edge: {ports: {offset: \"8000\"}}}\n", `spec.edge.ports.offset: want a whole number, not "8000"`},
		"a negative number":      {head + "spec: {rollout: {retry: -1}}\n", `spec.rollout.retry: want a whole number, not "-1"`},
		"a string for a boolean": {head + "spec: {rollout: {halt: \"yes\"}}\n", `spec.rollout.halt: want true or false`},
		"a map for a list":       {head + "spec: {rollout: {windows: {}}}\n", "spec.rollout.windows: want a list, not fields"},
		"a list for a map":       {head + "spec: [edge]\n", "f.yaml:3: spec: want fields and values, not a list"},
		"a map for a string":     {head + "spec: {schedule: {poll: {}}}\n", "spec.schedule.poll: want a single value"},
		"a wrong word":           {head + "spec: {edge: {ports: {mode: remapp}}}\n", `spec.edge.ports.mode: "remapp" is not one of remap, reject, allow (did you mean remap?)`},
		"a duration of no unit":  {head + "spec: {schedule: {drift: \"10\"}}\n", `spec.schedule.drift: "10" is no duration: write a number and a unit`},
		"a negative duration":    {head + "spec: {schedule: {drift: -10m}}\n", `spec.schedule.drift: "-10m" is no duration`},
		"a date for a moment":    {head + "spec: {rollout: {since: 2026-11-23}}\n", `spec.rollout.since: "2026-11-23" is no moment`},
		"a range upside down":    {head + "spec: {edge: {ports: {nodePorts: 32767-30000}}}\n", `spec.edge.ports.nodePorts: "32767-30000" is no range of ports`},
		"a missing field":        {head + "spec: {rollout: {waves: [{percent: 10}]}}\n", "spec.rollout.waves[0].name: is missing"},
		"a template of no path":  {head + "spec: {edge: {podTemplates: [{group: argoproj.io, kind: Rollout}]}}\n", "spec.edge.podTemplates[0].path: is missing"},
		"a path of no fields":    {head + "spec: {edge: {podTemplates: [{group: a, kind: A, path: /spec/template}]}}\n", `spec.edge.podTemplates[0].path: "/spec/template" is no way through fields: write their names`},
		"a finding of no name":   {head + "spec: {edge: {findings: {latest-tags: error}}}\n", "spec.edge.findings.latest-tags: unknown field (did you mean latest-tag?)"},
		"an empty list item":     {head + "spec: {rollout: {waves: [null]}}\n", "spec.rollout.waves[0]: is empty"},
		"no spec":                {head, "spec: is missing"},
		"another kind":           {"apiVersion: lotsync.dev/v1alpha1\nkind: Site\nspec: {}\n", `f.yaml:2: kind: "Site", want Fleet`},
		"another version":        {"apiVersion: lotsync.dev/v2\nkind: Fleet\nspec: {}\n", `f.yaml:1: apiVersion: "lotsync.dev/v2", want lotsync.dev/v1alpha1`},
		"nothing":                {"# only words\n", "f.yaml: is empty: it needs apiVersion"},
		"a null":                 {"~\n", "f.yaml: is empty"},
		"a scalar":               {"hello\n", `f.yaml:1: want fields and values, not "hello"`},
		"two documents":          {head + "spec: {}\n---\na: 1\n", "has more than one YAML document: keep one"},
		"no YAML":                {head + "spec: {a: b: c}\n", "f.yaml: is not YAML: near line 2: did not find"},
		"an anchor":              {head + "spec: {edge: &a {}, rollout: *a}\n", "spec.edge: anchors and aliases are not allowed"},
		"an alias bomb":          {"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n", "f.yaml:1: a: unknown field"},
		"a merge key":            {head + "spec: {<<: {}}\n", "spec: a field's name must be a plain word"},
		"a map as a key":         {head + "spec: {{a: b}: c}\n", "spec: a field's name must be a plain word"},
		"a deep nest":            {head + "spec: " + strings.Repeat("[", 20000), "is not YAML"},
		"too much of it":         {head + "#" + strings.Repeat("x", fleet.MaxFile), "at most 262144 are read"},
		"control characters":     {head + "spec: {a: \x01}\n", "is not YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fleet.ParseFleet([]byte(test.file), "f.yaml")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			var parseErr *fleet.ParseError
			if !errors.Is(err, sync.ErrInvalid) || !errors.As(err, &parseErr) || parseErr.Problems[0].File != "f.yaml" {
				t.Errorf("got %#v, want a ParseError that is sync.ErrInvalid and names the file", err)
			}
		})
	}
}

func TestAllProblemsOfAFileAreReported(t *testing.T) {
	t.Parallel()
	_, err := fleet.ParseSite([]byte("apiVersion: v1\nkind: Sight\nspec:\n  vars: {A: 1, B: 2}\n  zone: x\n"), "s.yaml")
	var parseErr *fleet.ParseError
	if !errors.As(err, &parseErr) || len(parseErr.Problems) != 5 {
		t.Errorf("got %v, want five problems", err)
	}
}

func TestASiteOverridesItsFleetFieldByField(t *testing.T) {
	t.Parallel()
	f, err := fleet.ParseFleet([]byte(everything), "f")
	if err != nil {
		t.Fatal(err)
	}
	s, err := fleet.ParseSite([]byte(wholeSite), "s")
	if err != nil {
		t.Fatal(err)
	}
	got := fleet.Merge(f, s)
	want := fleet.Effective{Edge: f.Spec.Edge, Schedule: f.Spec.Schedule, Rollout: f.Spec.Rollout}
	offset, halt := 9000, true
	want.Edge.Ports.Offset = &offset
	want.Edge.NodeSelector = map[string]string{"lotsync.dev/edge": "true", "lotsync.dev/site": "${site:label}", "disk": "fast"}
	want.Edge.Tolerations = []fleet.Toleration{}
	want.Rollout.Windows = []fleet.Window{}
	want.Rollout.Halt = &halt
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f.Spec.Edge.NodeSelector["disk"] != "" {
		t.Error("the fleet itself was changed")
	}
}

func FuzzParseFleet(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := fleet.ParseFleet(data, "f.yaml")
		if err != nil {
			if !errors.Is(err, sync.ErrInvalid) {
				t.Errorf("%v: want sync.ErrInvalid", err)
			}
			return
		}
		if _, err := fleet.Policy(got, fleet.Site{}); err != nil && !errors.Is(err, sync.ErrInvalid) {
			t.Errorf("%v: want sync.ErrInvalid", err)
		}
	})
}
