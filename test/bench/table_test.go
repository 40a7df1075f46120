package bench_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/test/bench"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/bench/pull"
)

func rows() []bench.Row {
	return []bench.Row{
		{
			Lots: 12, Step: "first sync", Tool: pull.Lotsync, Written: 45_056,
			Counts: proxy.Counts{Up: 4160, Down: 14_300, Trips: 7, Connections: 1},
			Answer: pull.Answer{Seconds: 0.085, CPU: 0.009, Peak: 14_100_000},
		},
		{Lots: 12, Step: "first sync", Tool: pull.Shallow, Answer: pull.Answer{Error: "git clone: exit status 128: no route\nand more"}},
		{Lots: 12, Step: "kubectl kustomize", Tool: pull.Shallow, Answer: pull.Answer{Seconds: 1.5, CPU: 0.25, Peak: 137_000_000}},
	}
}

func TestTheTableIsForTerminals(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	if err := bench.WriteTable(&got, rows()); err != nil {
		t.Fatal(err)
	}
	const want = `
lots  step               tool           up                                            down     trips  conns  time    CPU     VmHWM      written
12    first sync         lotsync        4160 B                                        14.3 kB  7      1      85 ms   9 ms    14.10 MB   45.1 kB
12    first sync         git --depth 1  failed: git clone: exit status 128: no route                                                    

12    kubectl kustomize  git --depth 1                                                                       1.50 s  250 ms  137.00 MB  0 B
`
	if diff := cmp.Diff(lines(want), lines(got.String())); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

// lines are a text's lines without what nobody sees.
func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

func TestThePageSaysHowItIsMade(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	about := bench.About{Command: "make bench BENCH='-o markdown'", Machine: "linux/arm64 with 4 cores", Versions: []string{"go1.26", "git version 2.39"}}
	if err := bench.WriteMarkdown(&got, bench.Options{Commits: 340, Refs: 100}, rows(), about); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"340 commits and 100 refs before the first sync, 25 lots to a folder",
		"Made by `make bench BENCH='-o markdown'`, on linux/arm64 with 4 cores with go1.26, git version 2.39.",
		"| 12 | first sync | lotsync | 4160 B | 14.3 kB | 7 | 1 | 85 ms | 9 ms | 14.10 MB | 45.1 kB |\n",
	} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("want %q in:\n%s", want, got.String())
		}
	}
}
