package survey_test

import (
	"strings"
	"testing"

	"github.com/lotsync/lotsync/survey"
)

func rules(findings []survey.Finding) map[string]survey.Finding {
	out := map[string]survey.Finding{}
	for _, f := range findings {
		out[f.Rule] = f
	}
	return out
}

func TestWhatLotsDoToEachOtherIsFound(t *testing.T) {
	t.Parallel()
	files := smallFleet(3)
	service := "apiVersion: v1\nkind: Service\nmetadata: {name: own}\nspec:\n  selector: {app: own}\n  ports:\n  - port: 80\n    nodePort: 30100\n"
	for i, labels := range []string{"ring: canary", "rign: late", "cluster: other, ring: canray"} {
		dir := "sites/" + string(siteOf(i)) + "/"
		files[dir+"site.yaml"] = siteFile(labels, "joined", "3")
		files[dir+"own.yaml"] = service
	}
	files["sites/fleet.yaml"] = "apiVersion: lotsync.dev/v1alpha1\nkind: Fleet\nspec:\n  rollout:\n    waves:\n    - name: first\n      selector: {ring: canary}\n    - name: second\n      selector: {ring: erly}\n"
	result := look(t, checkoutOf(t, files), "", nil)
	second, third := rules(result.Lots[1].Findings), rules(result.Lots[2].Findings)
	if f := second["shared-object"]; f.Line != 6 || !strings.Contains(f.Message, "lot nl/ams/0001") {
		t.Errorf("a shared object: %+v", f)
	}
	if f := second["shared-node-port"]; !strings.Contains(f.Message, "30100/TCP is taken by lot nl/ams/0001") {
		t.Errorf("a shared node port: %+v", f)
	}
	if f := second["labels"]; f.Line != 3 || !strings.Contains(f.Message, "the label rign") {
		t.Errorf("a misspelt label: %+v", f)
	}
	if _, clash := third["shared-object"]; clash {
		t.Errorf("a lot of another cluster: %+v", third)
	}
	if f := rules(result.Findings)["selector"]; f.Line != 9 || !strings.Contains(f.Message, "no lot is labelled ring: erly") {
		t.Errorf("a selector without lots: %+v", f)
	}
}
