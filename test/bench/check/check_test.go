package check_test

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/bench/check"
)

// TestEveryStepIsTaken runs the course on a small fleet, with the real lotsync
// in the place of kubectl too: what is measured there is not of interest here.
func TestEveryStepIsTaken(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds lotsync")
	}
	lotsync := filepath.Join(t.TempDir(), "lotsync")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", lotsync, "../../../cmd/lotsync").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rows, err := check.Run(t.Context(), check.Options{
		Lots: 30, Sample: 3, Lotsync: []string{lotsync}, Kubectl: []string{"echo"}, Dir: t.TempDir(), Progress: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, r := range rows {
		steps = append(steps, r.Step)
		if r.Lots == 0 || r.Used.Wall <= 0 {
			t.Errorf("%s took %+v for %d lots", r.Step, r.Used, r.Lots)
		}
	}
	var table, page bytes.Buffer
	if err := check.WriteTable(&table, rows); err != nil {
		t.Fatal(err)
	}
	if err := check.WriteMarkdown(&page, rows); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{check.Kustomize, check.Cold, check.Again, check.OwnCommit, check.BaseImpact, check.OneLot} {
		if !strings.Contains(table.String(), step) || !strings.Contains(page.String(), "| "+step+" |") {
			t.Errorf("%q is not in the tables of %q:\n%s", step, steps, table.String())
		}
	}
}
