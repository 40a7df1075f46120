package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
)

// badCommit is a commit that cannot run, and what its message must say: what,
// where, and what to do.
type badCommit struct {
	files map[string]string
	want  []string
}

// badCommits are by what is wrong with them.
func badCommits(l *lot) map[string]badCommit {
	extra := func(content string) map[string]string {
		return map[string]string{
			l.file("extra.yaml"):         content,
			l.file("kustomization.yaml"): l.kustomization("resources: [../../base, extra.yaml]"),
		}
	}
	overlay := func(lines ...string) map[string]string {
		return map[string]string{l.file("kustomization.yaml"): l.kustomization(lines...)}
	}
	site, own := "site "+string(l.site), l.file("kustomization.yaml")
	return map[string]badCommit{
		"an unknown kind": {
			extra("apiVersion: example.com/v1\nkind: Barrier\nmetadata: {name: exit}\n"),
			[]string{"refused 1 of the bundle's objects", "Barrier.example.com " + l.namespace + "/exit", "CustomResourceDefinition"},
		},
		"invalid objects, all at once": {
			extra("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Exit}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: exit}\nspec: {ports: [{port: 99999}]}\n"),
			[]string{"refused 2 of the bundle's objects", "ConfigMap " + l.namespace + "/Exit", "Service " + l.namespace + "/exit", "spec.ports[0].port", "99999"},
		},
		"a misspelt field in an object": {
			extra("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: exit}\ndate: {a: b}\n"),
			[]string{"ConfigMap " + l.namespace + "/exit", "date"},
		},
		"broken YAML":    {extra("a: b: c\n"), []string{site, l.file("extra.yaml"), "is not YAML", "correct it"}},
		"a missing base": {overlay("resources: [../../bse]"), []string{site, own, "resources[0]", "../../bse", "no such file or folder", "correct the path"}},
		"a kustomization that points to a URL": {
			overlay("resources: [../../base, \"https://example.com/gate.yaml\"]"),
			[]string{site, own, "resources[1]", "https://example.com/gate.yaml", "is a URL", "copy what it points to"},
		},
		"a path out of the repository": {overlay("resources: [../../../../etc]"), []string{site, own, "resources[0]", "outside of the repository"}},
		"a site that does not exist": {
			map[string]string{"sites/" + string(l.site): gone},
			[]string{site, "the site does not exist", "there is no folder sites/" + string(l.site), "add it with a kustomization.yaml and a site.yaml"},
		},
		"a fleet.yaml with a misspelt field": {
			map[string]string{"sites/fleet.yaml": strings.Replace(fleetYAML, "images:", "imags:", 1)},
			[]string{"sites/fleet.yaml:5", "spec.edge.imags", "unknown field", "did you mean images"},
		},
		"an empty render": {overlay("resources: []"), []string{site, "renders to nothing", "remove everything", "add resources to its kustomization.yaml"}},
		"a symlink": {
			map[string]string{l.file("link"): linkTo + "../../base", l.file("kustomization.yaml"): l.kustomization("resources: [link]")},
			[]string{site, l.file("link"), "is a symlink", "replace it"},
		},
	}
}

// standing is what bad input must leave as it is.
type standing struct {
	Live          map[string]string // resource versions, the inventory's too
	Inventory     []sync.Ref
	Current, Good *sync.Rollout
	Next          *sync.Rollout
	Manifest      string
}

func (l *lot) standing(t *testing.T) standing {
	t.Helper()
	st := l.state(t)
	return standing{l.live(t), l.inventory(t), st.Current, st.Good, st.Next, l.manifest(t)}
}

func TestBadInputNeverHalfApplies(t *testing.T) {
	l := newLot(t)
	l.inStep(t)
	for name, bad := range badCommits(l) {
		t.Run(name, func(t *testing.T) {
			before := l.standing(t)
			l.repo.commit(l.with(bad.files))
			out, r := l.sync(t)
			if r.code != 1 || out.Standing != sync.StandingFailed {
				t.Errorf("exit code %d, %s; want 1, failed", r.code, out.Standing)
			}
			for _, want := range bad.want {
				if !strings.Contains(out.Message, want) {
					t.Errorf("the message lacks %q:\n%s", want, out.Message)
				}
			}
			if diff := cmp.Diff(before, l.standing(t)); diff != "" {
				t.Errorf("something was touched (-before +after):\n%s", diff)
			}
			if f := l.state(t).Failure; f == nil || f.Message != out.Message {
				t.Errorf("status does not know of it: %+v", f)
			}
			l.mend(t)
		})
	}
}

// mend commits the fleet as it was, but for a new tariff, and demands that it
// comes through.
func (l *lot) mend(t *testing.T) {
	t.Helper()
	tariff := fmt.Sprintf("4.%02d", l.repo.n)
	l.repo.commit(l.with(map[string]string{l.file("link"): gone, l.file("site.yaml"): strings.Replace(siteYAML, "3.20", tariff, 1)}))
	out := l.inStep(t)
	if string(out.Tip.Commit) != l.repo.head() || l.state(t).Failure != nil || !strings.Contains(l.manifest(t), tariff) {
		t.Errorf("the mend did not come through: %+v", out)
	}
	if diff := cmp.Diff(l.smallRefs(), l.inventory(t)); diff != "" {
		t.Errorf("inventory after the mend (-want +got):\n%s", diff)
	}
}
