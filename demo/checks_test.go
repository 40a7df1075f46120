package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/cluster"
)

func TestOnlyTheAgentsRequestsCount(t *testing.T) {
	got := countRequests([]cluster.AuditEvent{
		{UserAgent: "lotsync/dev", Verb: "get", Resource: "configmaps", Namespace: "parking", Name: "lot"},
		{UserAgent: "lotsync/dev", Verb: "patch", Resource: "configmaps", Namespace: "parking", Name: "lot", DryRun: true},
		{UserAgent: "lotsync/dev", Verb: "patch", Resource: "configmaps", Namespace: "parking", Name: "lot"},
		{UserAgent: "lotsync/dev", Verb: "delete", Resource: "namespaces", Name: "old"},
		{UserAgent: "kube-controller-manager/v1.34.4", Verb: "update", Resource: "deployments"},
		{UserAgent: "demo-of-lotsync", Verb: "delete", Resource: "deployments"},
	})
	want := requests{known: true, all: 4, writes: []string{"patch configmaps parking/lot", "delete namespaces old"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(requests{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestACommitExplainsEveryWrite(t *testing.T) {
	const lot, inventory = "patch configmaps parking/lot", "update configmaps lotsync-system/lotsync-inventory-nl.ams.0042"
	for name, c := range map[string]struct {
		r    requests
		want string
	}{
		"the object and the inventory": {requests{known: true, writes: []string{lot, inventory}}, ""},
		"the object is not sent":       {requests{known: true, writes: []string{inventory}}, "no write of configmaps parking/lot"},
		"something else is sent":       {requests{known: true, writes: []string{lot, "patch services parking/front"}}, "does not explain: patch services parking/front"},
		"there is no audit log":        {requests{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := onlySent(c.r, "configmaps parking/lot")
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestARefusalNamesAllThreeMistakes(t *testing.T) {
	all := "ConfigMap parking/bad-field: x\nService parking/bad-port: y\nBarrier parking/bad-kind: z"
	for name, c := range map[string]struct {
		out  sync.Outcome
		held bool
	}{
		"all three":       {sync.Outcome{Standing: sync.StandingFailed, Message: all}, true},
		"one is missing":  {sync.Outcome{Standing: sync.StandingFailed, Message: "Service parking/bad-port: y"}, false},
		"it was accepted": {sync.Outcome{Standing: sync.StandingInStep}, false},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := refusals(c.out)
			if (err == nil) != c.held || c.held && found != 3 {
				t.Errorf("got %d, %v", found, err)
			}
		})
	}
}

func TestAReplacementIsMadeOnceOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"once":  {"drift: 10m\n", "drift: 2s\n"},
		"twice": {"drift: 10m\ndrift: 10m\n", ""},
		"never": {"settle: 1s\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := replace("fleet.yaml", "drift: 10m", "drift: 2s").do(c.text)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestWhatWasWrittenIsFound(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("state.0.json", "a")
	put("git/pack", "a")
	before, err := filesIn(dir, "git")
	if err != nil {
		t.Fatal(err)
	}
	put("git/pack", "longer")
	put("bundles/b.yaml", "b")
	put("state.0.json", "longer")
	after, err := filesIn(dir, "git")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "bundles/b.yaml"), filepath.Join(dir, "state.0.json")}
	if d := cmp.Diff(want, difference(before, after)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTheKernelsFigures(t *testing.T) {
	peak, resident, err := memoryOf(os.Getpid())
	if err != nil || resident <= 0 || peak < resident {
		t.Errorf("peak %d, resident %d, %v", peak, resident, err)
	}
	if used, err := cpuOf(os.Getpid()); err != nil || used <= 0 {
		t.Errorf("CPU %s, %v", used, err)
	}
	if _, err := statusBytes([]byte("VmRSS:\t12 kB\n"), "VmHWM"); err == nil {
		t.Error("a status without VmHWM is no error")
	}
}

func TestTheObjectsOfABundle(t *testing.T) {
	refs, err := objectsOf([]byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: parking}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: front, namespace: parking}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range missing(refs, refs[:1]) {
		got = append(got, r.String())
	}
	if d := cmp.Diff([]string{"Deployment front"}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestAWaitEnds(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		done func(context.Context) (bool, error)
		want string
	}{
		"when it is done":        {func(context.Context) (bool, error) { return true, nil }, ""},
		"with an error":          {func(context.Context) (bool, error) { return false, refused }, "refused"},
		"when its time has come": {func(context.Context) (bool, error) { return false, nil }, "waited 10ms in vain until it was there"},
	} {
		t.Run(name, func(t *testing.T) {
			err := await(t.Context(), 10*time.Millisecond, "it was there", c.done)
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
