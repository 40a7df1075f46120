package demo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAStepHoldsOnlyWithinItsLimits(t *testing.T) {
	within, beyond := count("objects", 1).below(2), count("objects", 3).below(2)
	for name, c := range map[string]struct {
		measures []Measure
		err      error
		want     Verdict
		words    string
	}{
		"all well":                        {[]Measure{within}, nil, Held, ""},
		"an error":                        {[]Measure{within}, errors.New("the camera is still there"), Failed, "the camera is still there"},
		"a figure beyond its limit":       {[]Measure{within, beyond}, nil, Failed, "beyond its limit: objects: 3 (must be below 2)"},
		"what this machine cannot show":   {nil, fmt.Errorf("kubectl: %w", errNotShown), NotShown, ""},
		"an error before a figure beyond": {[]Measure{beyond}, errors.New("it broke off"), Failed, "it broke off"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge("step", c.measures, c.err)
			if got.Verdict != c.want || got.Error != c.words {
				t.Errorf("got %q (%q), want %q (%q)", got.Verdict, got.Error, c.want, c.words)
			}
		})
	}
}

func TestTheSummaryHoldsIfNoStepFailed(t *testing.T) {
	for name, c := range map[string]struct {
		verdicts []Verdict
		want     bool
	}{
		"all held":            {[]Verdict{Held, Held}, true},
		"one cannot be shown": {[]Verdict{Held, NotShown}, true},
		"one failed":          {[]Verdict{Held, Failed, Held}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var sum Summary
			for _, v := range c.verdicts {
				sum.Steps = append(sum.Steps, Result{Verdict: v})
			}
			if got := sum.held(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTheTableHasARowForEachMeasure(t *testing.T) {
	sum := Summary{Took: 52, Steps: []Result{
		{Step: "First sync", Verdict: Held, Measures: []Measure{count("objects", 33), size("from Git", 22_200)}},
		{Step: "A bad commit", Verdict: Failed, Error: "touched: ConfigMap lot\nand more"},
		{Step: "An outage", Verdict: NotShown},
	}}
	var out bytes.Buffer
	if err := sum.Table(&out); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"STEP HELD MEASURED",
		"First sync yes objects: 33",
		"from Git: 22.2 KB",
		"A bad commit NO touched: ConfigMap lot",
		"An outage not shown here",
		"52.00 s in all",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTheStoryIsToldInPlainLinesWhereThereIsNoTerminal(t *testing.T) {
	var out bytes.Buffer
	teller := &teller{out: &out}
	teller.title("1/1  A step", "What it shows.")
	teller.turn()
	teller.say("one\ntwo\n")
	teller.rest()
	teller.end(Result{Verdict: Held, Took: 1.25, Measures: []Measure{count("objects", 33)}})
	want := "\n1/1  A step\nWhat it shows.\n  one\n    two\n  held in 1.2 s\n" + fmt.Sprintf("    %-52s 33\n", "objects")
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
