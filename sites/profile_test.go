package sites_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

// onTheNode is the lot as the edge profile leaves it.
func (l lot) onTheNode(t *testing.T) lot {
	t.Helper()
	fleetFile, err := sites.Files().ReadFile("fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.ParseFleet(fleetFile, "fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	siteFile, err := sites.Files().ReadFile(l.name + "/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := fleet.ParseSite(siteFile, l.name+"/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects := make([]edge.Object, len(l.objects))
	for i, o := range l.objects {
		objects[i] = copied(t, o.Object)
	}
	for _, f := range edge.Apply(objects, edge.Profile{
		Site: sync.Site(l.name), Labels: s.Metadata.Labels, Vars: s.Spec.Vars,
		Edge: fleet.Merge(f, s).Edge, NodeMemory: s.Spec.Node.Memory,
	}) {
		t.Errorf("%s %s: %s", f.Severity, f.Rule, f)
	}
	l.objects = make([]object, len(objects))
	for i, o := range objects {
		l.objects[i].Object = copied(t, o)
	}
	return l
}

func copied(t *testing.T, o map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheFleetShowsEachRuleOfTheProfile looks for what the README promises of a lot.
func TestTheFleetShowsEachRuleOfTheProfile(t *testing.T) {
	t.Parallel()
	shown := map[string]map[string][]string{ // lot, object, what it has become
		"be/ant/0005": {
			"Deployment notices":    {`"image":"nginxinc/nginx-unprivileged:1.28.0-alpine"`, `"containerPort":8080`, `"port":8080`},
			"Service notices":       {`"port":80,"targetPort":8080`},
			"NetworkPolicy notices": {`"port":8080`},
		},
		"nl/rot/0007": {"Deployment console": {`"name":"LISTEN_PORT","value":"8080"`}},
		"de/muc/0009": {"Deployment coaches": {`"-p","8081"`}, "Service coaches": {`"port":8081,"targetPort":8081`}},
		"de/ber/0002": {"Deployment syslog": {`"containerPort":514`}, "Service syslog": {`"targetPort":514`}},
		"fr/lil/0016": {"Service front-lan": {`"port":8088`}},
		"fr/par/0004": {"NetworkPolicy staff": {`"endPort":9023,"port":8080`, `"endPort":8100,"port":1024`}},
		"nl/utr/0012": {"Deployment front": {`"tolerationSeconds":600`, `"podAntiAffinity"`, `"topologySpreadConstraints"`}},
		"nl/ams/0043": {"PodTemplate diagnosis": {`"lotsync.dev/site":"nl.ams.0043"`, `"nodeSelector"`, `"tolerations"`}},
		"nl/ein/0031": {"Deployment relay": {`"parkco.example/wired":"true"`}},
	}
	for _, l := range buildFleet(t) {
		wanted := shown[l.name]
		if wanted == nil {
			continue
		}
		delete(shown, l.name)
		for _, o := range l.onTheNode(t).objects {
			name := o.GetKind() + " " + o.GetName()
			data, err := json.Marshal(o.Object)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range wanted[name] {
				if !strings.Contains(string(data), want) {
					t.Errorf("%s: %s has no %s: %s", l.name, name, want, data)
				}
			}
			delete(wanted, name)
		}
		if len(wanted) > 0 {
			t.Errorf("%s lacks %v", l.name, wanted)
		}
	}
	if len(shown) > 0 {
		t.Errorf("the fleet lacks %v", shown)
	}
}
