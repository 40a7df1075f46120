package apply_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// sampleLot is a bundle of 42 objects like those of a lot.
func (l *lot) sampleLot(price string) sync.Bundle {
	var documents []string
	for i := range 8 {
		n := fmt.Sprintf("-%d", i)
		app := strings.NewReplacer("name: web", "name: web"+n, "app: web", "app: web"+n)
		documents = append(documents,
			strings.Replace(strings.Replace(tariff, "tariff", "tariff"+n, 1), "3.20", price, 1),
			strings.Replace(gates, "gates", "gates"+n, 1), strings.Replace(token, "token", "token"+n, 1),
			strings.Replace(front, "name: front", "name: front"+n, 1), app.Replace(web))
	}
	documents = append(documents, tariff, gates)
	return l.bundle(documents...)
}

// A change of one key in a lot of 42 objects reaches the API server faster than
// with kubectl.
func TestOneChangeIsFasterThanKubectl(t *testing.T) {
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Skip("kubectl is not installed")
	}
	l := newLot(t)
	l.apply(l.sampleLot("1.00"))
	file := filepath.Join(t.TempDir(), "bundle.yaml")
	var ours, theirs time.Duration
	for round := range 3 {
		b := l.sampleLot(fmt.Sprintf("2.%02d", round))
		began := time.Now()
		l.apply(b)
		ours += time.Since(began)
		writeFile(t, file, l.sampleLot(fmt.Sprintf("3.%02d", round)).Manifest)
		cmd := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", l.plane.Kubeconfig(), "apply", "--server-side",
			"--field-manager=lotsync", "-f", file)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		began = time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		theirs += time.Since(began)
	}
	t.Logf("three changes to a lot of 42 objects: lotsync %s, kubectl %s", ours, theirs)
	if ours > theirs {
		t.Errorf("lotsync took %s, kubectl %s", ours, theirs)
	}
}
