package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// driftInterval is that of these tests' fleets, the shortest that there is; what
// is repaired later than lateness after it took too long, on a busy machine too.
const (
	driftInterval = 10 * time.Second
	lateness      = 5 * time.Second
)

func TestWhatWasChangedByHandComesBackAndWhatGitIsSilentAboutStays(t *testing.T) {
	l := newLot(t)
	l.repo.commit(map[string]string{"sites/base/gate.yaml": swap(t, gateYAML, "  replicas: 0\n", "")})
	a := l.start(t)
	a.becomesGood(t)
	k := l.kinds()

	l.byHand(t, http.MethodPatch, k["Deployment.apps"]+"/gate", `{"metadata":{"annotations":{"note":"by hand"}},"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"gate","image":"example.com/other:1.0"}]}}}}`)
	l.byHand(t, http.MethodPatch, k["ConfigMap"]+"/tariff", `{"data":{"TARIFF":"9.99","NOTE":"by hand"}}`)
	l.byHand(t, http.MethodDelete, k["Service"]+"/front", "")
	l.byHand(t, http.MethodDelete, k["ConfigMap"]+"/hours", "")
	l.comesBack(t, func() error {
		return errors.Join(l.tariffIs(t, "3.20"), l.imageIs(t, "example.com/gate:1.0"), l.isThere(t, "Service", "front"), l.isThere(t, "ConfigMap", "hours"))
	})
	l.keepsWhatGitIsSilentAbout(t)

	a.terminate(t)
	if !slices.ContainsFunc(l.state(t).History, func(e sync.Event) bool { return e.What == "repaired" && e.Changes == 4 }) {
		t.Errorf("history does not know of one repair of four objects: %+v", l.state(t).History)
	}
}

func (l *lot) isThere(t *testing.T, kind, name string) error {
	t.Helper()
	_, err := l.plane.Call(t.Context(), http.MethodGet, l.kinds()[kind]+"/"+name, nil)
	return err
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
func (l *lot) keepsWhatGitIsSilentAbout(t *testing.T) {
	t.Helper()
	var d deployment
	l.get(t, l.kinds()["Deployment.apps"]+"/gate", &d)
	if d.Spec.Replicas != 2 || d.Metadata.Annotations["note"] != "by hand" {
		t.Errorf("the Deployment lost what was set by hand: %d replicas, annotations %v", d.Spec.Replicas, d.Metadata.Annotations)
	}
	var c struct{ Data map[string]string }
	l.get(t, l.kinds()["ConfigMap"]+"/tariff", &c)
	if c.Data["NOTE"] != "by hand" {
		t.Errorf("the ConfigMap lost the key that was added by hand: %v", c.Data)
	}
}
