package bench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/lotsync/lotsync/test/bench"
	"github.com/lotsync/lotsync/test/bench/pull"
	"github.com/lotsync/lotsync/test/gitserver"
)

// serving makes this program what pulls, as the bench's command does.
const serving = "serve-pull"

func TestMain(m *testing.M) {
	if !slices.Contains(os.Args, serving) {
		os.Exit(m.Run())
	}
	if err := pull.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(t *testing.T, options bench.Options) map[string]bench.Row {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options.Lots, options.Commits, options.Refs = []int{12}, 20, 3
	options.Dir, options.Progress = t.TempDir(), io.Discard
	if options.Programs == nil {
		options.Programs = map[pull.Tool][]string{}
		for _, tool := range []pull.Tool{pull.Lotsync, pull.Shallow, pull.Sparse} {
			options.Programs[tool] = []string{self, serving}
		}
	}
	rows, err := bench.Run(t.Context(), options)
	if errors.Is(err, gitserver.ErrNoSSHD) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bench.Row{}
	for _, row := range rows {
		found[fmt.Sprintf("%s: %s", row.Step, row.Tool)] = row
	}
	left, err := os.ReadDir(options.Dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%d folders are left behind, err %v", len(left), err)
	}
	return found
}

func TestEveryToolTakesEveryStep(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	alone := map[pull.Tool][]string{pull.Lotsync: {self, serving}} // logging in takes its time
	cases := map[string]struct {
		options bench.Options
		tools   int
	}{
		"over HTTP": {bench.Options{}, 3},
		"over SSH":  {bench.Options{SSH: true, Programs: alone}, 1},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			rows := measure(t, c.options)
			if len(rows) != 8*c.tools {
				t.Errorf("%d rows, want 8 steps of %d tools", len(rows), c.tools)
			}
			for what, row := range rows {
				if row.Answer.Error != "" {
					t.Errorf("%s: %s", what, row.Answer.Error)
				}
				if c := row.Counts; c.Up < 100 || c.Down < 100 || c.Trips < 1 {
					t.Errorf("%s: %+v passed", what, c)
				}
				if a := row.Answer; a.Seconds <= 0 || a.CPU <= 0 || a.Peak < 1<<20 {
					t.Errorf("%s took %+v", what, a)
				}
			}
		})
	}
}

// TestARunRepeatsItsBytes is about the tool whose bytes budgets are set for.
func TestARunRepeatsItsBytes(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	only := bench.Options{Programs: map[pull.Tool][]string{pull.Lotsync: {self, serving}}}
	first, second := measure(t, only), measure(t, only)
	for what, row := range first {
		again := second[what]
		// An answer is cut into chunks as it happens to come, some bytes each.
		if d := row.Counts.Total() - again.Counts.Total(); d < -100 || d > 100 || row.Counts.Trips != again.Counts.Trips {
			t.Errorf("%s: first %+v, then %+v", what, row.Counts, again.Counts)
		}
	}
}

func TestAFailureIsARow(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rows := measure(t, bench.Options{
		Kubectl:  []string{"/nonexistent/kubectl"},
		Programs: map[pull.Tool][]string{pull.Sparse: {self, serving}},
	})
	if row := rows["kubectl kustomize: "+string(pull.Sparse)]; row.Answer.Error == "" {
		t.Errorf("a kubectl that is not there: %+v", row)
	}
}
