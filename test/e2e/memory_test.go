package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The bounds of the agent's memory, in MB of 1024 * 1024 bytes.
const (
	mostTogether = 56.0 // the agent's peak and its render child's
	mostChild    = 32.0
	mostIdle     = 30.0
)

func TestPeakMemoryOnTheSampleLot(t *testing.T) {
	l := sampleLot(t, "nl/ams/0042", "lotsync-system")
	l.nodeIs(t, l.site.Label())
	defer l.nodeIs(t, "be.bru.0003")
	a := l.start(t)
	a.becomesGood(t)
	child := a.childPeak(t)

	file := l.file("site.yaml")
	l.repo.commit(map[string]string{file: swap(t, sampleFleet(t)[file], `TARIFF: "3.20"`, `TARIFF: "3.40"`)})
	a.signal(t, syscall.SIGHUP)
	a.becomesGood(t)
	child = max(child, a.childPeak(t))

	front := "/api/v1/namespaces/parking/services/front"
	l.byHand(t, http.MethodDelete, front, "")
	l.comesBack(t, func() error {
		_, err := l.plane.Call(t.Context(), http.MethodGet, front, nil)
		return err
	})

	peak := a.memory(t, "VmHWM")
	if peak+child >= mostTogether || child >= mostChild {
		t.Errorf("peak of the agent %.1f MB and of its child %.1f MB, want less than %.0f together and %.0f for the child", peak, child, mostTogether, mostChild)
	}
	eventually(t, passLimit, func() error {
		if idle := a.memory(t, "VmRSS"); idle >= mostIdle {
			return fmt.Errorf("idle: %.1f MB, want less than %.0f", idle, mostIdle)
		}
		return nil
	})
	t.Logf("peak of the agent %.1f MB, of its child %.1f MB; idle %.1f MB", peak, child, a.memory(t, "VmRSS"))
}

// nodeIs makes the control plane's node that of another lot.
func (l *lot) nodeIs(t *testing.T, label string) {
	t.Helper()
	var nodes struct {
		Items []struct{ Metadata struct{ Name string } }
	}
	l.get(t, "/api/v1/nodes", &nodes)
	l.byHand(t, http.MethodPatch, "/api/v1/nodes/"+nodes.Items[0].Metadata.Name, `{"metadata":{"labels":{"lotsync.dev/site":"`+label+`"}}}`)
}

// memory is a figure of the kernel's about the agent, in MB.
func (a *agent) memory(t *testing.T, field string) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kB, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err != nil {
				t.Fatal(err)
			}
			return kB / 1024
		}
	}
	t.Fatalf("the kernel says no %s", field)
	return 0
}

// childPeak is the VmHWM that the last render child read of itself, in MB.
func (a *agent) childPeak(t *testing.T) float64 {
	t.Helper()
	_, metrics := a.probe(t, "/metrics")
	found := regexp.MustCompile(`(?m)^lotsync_render_peak_bytes\{[^}]*\} (\S+)$`).FindStringSubmatch(metrics)
	if found == nil {
		t.Fatal(errors.New("no lotsync_render_peak_bytes in /metrics"))
	}
	bytes, err := strconv.ParseFloat(found[1], 64)
	if err != nil || bytes == 0 {
		t.Fatalf("lotsync_render_peak_bytes: %v, %v", found[1], err)
	}
	return bytes / (1 << 20)
}
