package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// driftInterval is the small fleet's; what is repaired later than lateness after
// it took too long, on a busy machine too.
const (
	driftInterval = time.Second
	lateness      = 10 * time.Second
)

func TestWhatWasChangedByHandComesBackAndWhatGitIsSilentAboutStays(t *testing.T) {
	l := newLot(t)
	l.repo.commit(map[string]string{"sites/base/gate.yaml": swap(t, gateYAML, "  replicas: 0\n", "")})
	a := l.start(t)
	a.becomesGood(t)
	k := l.kinds()

	l.byHand(t, http.MethodPatch, k["Deployment.apps"]+"/gate", `{"metadata":{"annotations":{"note":"by hand"}},"spec":{"replicas":2}}`)
	l.byHand(t, http.MethodPatch, k["ConfigMap"]+"/tariff", `{"data":{"TARIFF":"9.99","NOTE":"by hand"}}`)
	l.comesBack(t, func() error { return l.tariffIs(t, "3.20") })
	l.keepsWhatGitIsSilentAbout(t)

	l.byHand(t, http.MethodDelete, k["Service"]+"/front", "")
	l.byHand(t, http.MethodDelete, k["ConfigMap"]+"/tariff", "")
	l.byHand(t, http.MethodPatch, k["Deployment.apps"]+"/gate", `{"spec":{"template":{"spec":{"containers":[{"name":"gate","image":"example.com/other:1.0"}]}}}}`)
	l.comesBack(t, func() error { return l.tariffIs(t, "3.20") })
	l.comesBack(t, func() error {
		_, err := l.plane.Call(t.Context(), http.MethodGet, k["Service"]+"/front", nil)
		return err
	})
	l.comesBack(t, func() error { return l.imageIs(t, "example.com/gate:1.0") })
	l.keepsWhatGitIsSilentAbout(t, "the annotation and the replicas alone")

	a.terminate(t)
	var repaired int
	for _, e := range l.state(t).History {
		if e.What == "repaired" {
			repaired++
		}
	}
	if repaired < 2 {
		t.Errorf("history knows of %d repairs, want 2 or more", repaired)
	}
}

func (l *lot) byHand(t *testing.T, method, path, body string) {
	t.Helper()
	if _, err := l.plane.Call(t.Context(), method, path, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// comesBack waits as long as drift may last.
func (l *lot) comesBack(t *testing.T, holds func() error) {
	t.Helper()
	start := time.Now()
	eventually(t, driftInterval+lateness, holds)
	t.Logf("back after %s; the interval is %s", time.Since(start).Round(time.Millisecond), driftInterval)
}

func (l *lot) tariffIs(t *testing.T, want string) error {
	t.Helper()
	data, err := l.plane.Call(t.Context(), http.MethodGet, l.kinds()["ConfigMap"]+"/tariff", nil)
	if err == nil && !strings.Contains(string(data), fmt.Sprintf(`"TARIFF":%q`, want)) {
		err = fmt.Errorf("the tariff is not %s: %s", want, data)
	}
	return err
}

type deployment struct {
	Metadata struct{ Annotations map[string]string }
	Spec     struct {
		Replicas int
		Template struct {
			Spec struct{ Containers []struct{ Image string } }
		}
	}
}

func (l *lot) imageIs(t *testing.T, want string) error {
	t.Helper()
	var d deployment
	l.get(t, l.kinds()["Deployment.apps"]+"/gate", &d)
	if got := d.Spec.Template.Spec.Containers[0].Image; got != want {
		return fmt.Errorf("the image is %s, want %s", got, want)
	}
	return nil
}

// keepsWhatGitIsSilentAbout looks for what was done by hand to fields that Git
// does not set.
func (l *lot) keepsWhatGitIsSilentAbout(t *testing.T, less ...string) {
	t.Helper()
	var d deployment
	l.get(t, l.kinds()["Deployment.apps"]+"/gate", &d)
	if d.Spec.Replicas != 2 || d.Metadata.Annotations["note"] != "by hand" {
		t.Errorf("the Deployment lost what was set by hand: %d replicas, annotations %v", d.Spec.Replicas, d.Metadata.Annotations)
	}
	if len(less) > 0 {
		return
	}
	var c struct{ Data map[string]string }
	l.get(t, l.kinds()["ConfigMap"]+"/tariff", &c)
	if c.Data["NOTE"] != "by hand" {
		t.Errorf("the ConfigMap lost the key that was added by hand: %v", c.Data)
	}
}
