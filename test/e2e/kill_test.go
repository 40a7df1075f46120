package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply"
	"github.com/lotsync/lotsync/sync/state"
	"github.com/lotsync/lotsync/test/cluster"
)

// fewestSteps is what any of these passes takes at least: a counter that counts
// nothing must not look like success.
const fewestSteps = 30

func TestKilledInAFirstSyncTheNextPassConverges(t *testing.T) {
	killAtEachStep(t, deadly{
		stride: 1,
		before: func(l *lot, n int) []sync.Ref {
			if n > 1 {
				l.wipe(t)
			}
			return l.smallRefs()
		},
	})
}

func TestKilledInAnUpdateTheNextPassConverges(t *testing.T) {
	killAtEachStep(t, deadly{stride: 1, before: func(l *lot, n int) []sync.Ref {
		if n == 1 {
			l.settle(t)
		}
		return l.alternate(n)
	}})
}

func TestKilledInAnUpdateANewerCommitConverges(t *testing.T) {
	killAtEachStep(t, deadly{
		stride: 2, // what is left behind is the same at both steps of a pair
		before: func(l *lot, n int) []sync.Ref {
			if n == 1 {
				l.settle(t)
			}
			l.repo.commit(l.with(l.holidays(fmt.Sprintf("8.%03d", n))))
			return l.smallRefs()
		},
		after: func(l *lot, n int) {
			l.repo.commit(l.with(map[string]string{l.file("site.yaml"): strings.Replace(siteYAML, "3.20", fmt.Sprintf("9.%03d", n), 1)}))
		},
	})
}

// deadly is a pass in which an agent dies: before says what it has to do, and
// lists the objects that the lot must have in the end; after, if set, is what
// happens until the next pass.
type deadly struct {
	stride int
	before func(l *lot, n int) []sync.Ref
	after  func(l *lot, n int)
}

// killAtEachStep lets an agent die at each step of a pass, and demands that the
// next one brings the lot in step. It ends when an agent has come to its end
// alive: there was no such step.
func killAtEachStep(t *testing.T, d deadly) {
	t.Helper()
	l := newLot(t)
	for n := 1; ; n += d.stride {
		want := d.before(l, n)
		killed := l.die(t, n)
		if d.after != nil {
			d.after(l, n)
		}
		l.settle(t)
		l.converged(t, want)
		if t.Failed() {
			t.Fatalf("after a kill at step %d", n)
		}
		if !killed {
			if n <= fewestSteps {
				t.Errorf("only %d steps were counted", n-1)
			}
			t.Logf("killed at steps 1 to %d", n-1)
			return
		}
	}
}

func (l *lot) wiring() wiring {
	return wiring{Site: l.site, Namespace: l.namespace, URL: l.server.URL("fleet.git"), State: l.stateDir, Kubeconfig: l.kubeconfig}
}

// die lets an agent's process kill itself at a step; false: it ended before.
func (l *lot) die(t *testing.T, step int) (killed bool) {
	t.Helper()
	w := l.wiring()
	w.Step = step
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(within(t, passLimit), self)
	cmd.Env = append(os.Environ(), mortalVariable+"="+string(text))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return true
		}
	}
	t.Fatalf("the agent that was to die at step %d: %v\n%s", step, err, out)
	return false
}

// settle syncs in this process until the lot is in step.
func (l *lot) settle(t *testing.T) {
	t.Helper()
	out, err := l.wiring().settle(within(t, passLimit))
	if err != nil || out.Standing != sync.StandingInStep {
		t.Fatalf("sync: %v, %s: %s: %s", err, out.Standing, out.Reason, out.Message)
	}
}

// alternate commits the one or the other of two fleets, each with objects that
// the other has not, and a tariff that was never there, and lists its objects.
// Both ways meet every moment: steps come in pairs, and a kill after one call
// leaves what a kill before the next one leaves.
func (l *lot) alternate(n int) []sync.Ref {
	tariff := fmt.Sprintf("5.%03d", n)
	if n%2 == 0 {
		l.repo.commit(l.with(map[string]string{l.file("site.yaml"): strings.Replace(siteYAML, "3.20", tariff, 1)}))
		return l.smallRefs()
	}
	l.repo.commit(l.with(l.holidays(tariff)))
	return l.refs("ConfigMap holidays", "ConfigMap tariff", "Deployment.apps gate", "Secret terminal", "Service front")
}

// holidays changes, adds and removes objects of the small fleet.
func (l *lot) holidays(tariff string) map[string]string {
	return map[string]string{
		l.file("site.yaml"):          strings.Replace(siteYAML, "3.20", tariff, 1),
		l.file("kustomization.yaml"): l.kustomization("resources: [../../base, holidays.yaml]"),
		l.file("holidays.yaml"):      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: holidays}\ndata: {CLOSED: \"12-25\"}\n",
		"sites/base/tariff.yaml":     strings.Replace(tariffYAML, "targetPort: 8080", "targetPort: 8081", 1),
	}
}

// converged demands that cluster, inventory, state and disk say the same: the
// newest commit, whole, and nothing of what was before.
func (l *lot) converged(t *testing.T, want []sync.Ref) {
	t.Helper()
	st := l.state(t)
	if st.Current == nil || st.Current.Phase != sync.Good || st.Next != nil || st.Failure != nil {
		t.Errorf("state: current %+v, next %+v, failure %+v", st.Current, st.Next, st.Failure)
		return
	}
	if st.Good == nil || st.Good.Digest != st.Current.Digest || string(st.Current.Revision.Commit) != l.repo.head() {
		t.Errorf("state: good %+v, current %+v, Git is at %s", st.Good, st.Current, l.repo.head())
	}
	if diff := cmp.Diff(want, l.inventory(t)); diff != "" {
		t.Errorf("inventory (-want +got):\n%s", diff)
	}
	var names []string
	for _, ref := range want {
		names = append(names, strings.Replace(ref.String(), l.namespace+"/", "", 1))
	}
	names = append(names, "ConfigMap "+l.inventoryName())
	slices.Sort(names)
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(l.live(t)))); diff != "" {
		t.Errorf("objects in the cluster (-want +got):\n%s", diff)
	}
	for _, d := range l.diff(t) {
		t.Errorf("the cluster differs from the bundle: %s would be %s\n%s\n%s", d.Ref, d.Action, d.Before, d.After)
	}
}

// diff compares the cluster with the bundle on disk.
func (l *lot) diff(t *testing.T) []apply.ObjectDiff {
	t.Helper()
	reader, err := state.OpenReadOnly(l.stateDir)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := reader.Bundle(l.state(t).Current.Digest)
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.wiring().cluster(&death{})
	if err != nil {
		t.Fatal(err)
	}
	diffs, err := c.Diff(t.Context(), bundle)
	if err != nil {
		t.Fatal(err)
	}
	return diffs
}

// wipe takes all of the lot away, from cluster and disk.
func (l *lot) wipe(t *testing.T) {
	t.Helper()
	for name := range l.live(t) {
		kind, name, _ := strings.Cut(name, " ")
		_, err := l.plane.Call(t.Context(), http.MethodDelete, l.kinds()[kind]+"/"+name, []byte(`{"propagationPolicy":"Background"}`))
		if status := (*cluster.StatusError)(nil); err != nil && (!errors.As(err, &status) || status.Code != http.StatusNotFound) {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(l.stateDir); err != nil {
		t.Fatal(err)
	}
}
