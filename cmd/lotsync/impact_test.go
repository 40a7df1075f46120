package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

func TestRevisionsAreReadAsGitDiffReadsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args     []string
		worktree bool
		want     span
		err      string
	}{
		"two commits":                        {args: []string{"main..feature"}, want: span{base: "main", head: "feature"}},
		"two commits as two arguments":       {args: []string{"main", "feature"}, want: span{base: "main", head: "feature"}},
		"an empty side is HEAD":              {args: []string{"main.."}, want: span{base: "main", head: "HEAD"}},
		"the other empty side is HEAD, too":  {args: []string{"..main"}, want: span{base: "HEAD", head: "main"}},
		"since the fork":                     {args: []string{"main...HEAD"}, want: span{base: "main", head: "HEAD", forkPoint: true}},
		"one commit and the working tree":    {args: []string{"HEAD~2"}, want: span{base: "HEAD~2", worktree: true}},
		"what is not committed":              {worktree: true, want: span{base: "HEAD", worktree: true}},
		"the working tree, said twice":       {args: []string{"main"}, worktree: true, want: span{base: "main", worktree: true}},
		"a dot in a name is no range":        {args: []string{"v1.2"}, want: span{base: "v1.2", worktree: true}},
		"nothing":                            {err: "compare what? give main..HEAD"},
		"an empty argument":                  {args: []string{""}, err: "an empty revision"},
		"a range with the working tree":      {args: []string{"main..HEAD"}, worktree: true, err: "give --worktree main"},
		"two revisions and the working tree": {args: []string{"a", "b"}, worktree: true, err: "want one range, or two revisions"},
		"two ranges":                         {args: []string{"a..b", "c"}, err: "want one range, or two revisions"},
		"a range of three":                   {args: []string{"a..b..c"}, err: "a range has two revisions"},
		"a list of lots":                     {args: []string{"a..b", "nl/ams/0001", "nl/ams/0002"}, err: "impact is of the whole fleet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseSpan(tt.args, tt.worktree)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// twoStates is a fleet of one lot at two commits.
type twoStates struct{ base, head survey.Lot }

func (s twoStates) commit(_ context.Context, commit string) ([]survey.Lot, error) {
	if commit == "1111111111" {
		return []survey.Lot{s.base}, nil
	}
	return []survey.Lot{s.head}, nil
}

func (s twoStates) worktree(context.Context) ([]survey.Lot, error) { return []survey.Lot{s.head}, nil }

func (s twoStates) content(d sync.Digest) (edge.Object, error) {
	if d == "" {
		return nil, errors.New("no such content")
	}
	return edge.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": edge.Object{"name": "lot"}, "data": edge.Object{"TARIFF": string(d)}}, nil
}

func tariff(value sync.Digest) survey.Lot {
	return survey.Lot{Site: "nl/ams/0001", Objects: []survey.Object{{Ref: sync.Ref{Kind: "ConfigMap", Name: "lot"}, Digest: value}}}
}

func TestImpactSaysWhatChangesAndEndsWithACode(t *testing.T) {
	t.Parallel()
	broken := survey.Lot{Site: "nl/ams/0001", Error: "renders to nothing"}
	for name, tt := range map[string]struct {
		lots   twoStates
		output string
		ask    impactQuestion
		want   []string
		not    string
		code   int
	}{
		"a table": {
			lots: twoStates{tariff("3.20"), tariff("3.40")}, output: "table", ask: impactQuestion{diff: true},
			want: []string{"main..HEAD (1111111..2222222): 1 of 1 lot touched", "data.TARIFF 3.20 → 3.40", `+  TARIFF: "3.40"`},
		},
		"a table without diffs": {
			lots: twoStates{tariff("3.20"), tariff("3.40")}, output: "table",
			want: []string{"data.TARIFF 3.20 → 3.40"}, not: "@@",
		},
		"a comment": {
			lots: twoStates{tariff("3.20"), tariff("3.40")}, output: "markdown", ask: impactQuestion{diff: true},
			want: []string{"### lotsync impact main..HEAD (1111111..2222222)", "| `ConfigMap/lot` data.TARIFF `3.20` → `3.40` |", "<details>"},
		},
		"YAML": {
			lots: twoStates{tariff("3.20"), tariff("3.40")}, output: "yaml",
			want: []string{"revision: main", "path: data.TARIFF"},
		},
		"nothing changes": {
			lots: twoStates{tariff("3.20"), tariff("3.20")}, output: "table",
			want: []string{"no effect on any of 1 lot\n"},
		},
		"a lot breaks": {
			lots: twoStates{tariff("3.20"), broken}, output: "table", code: 1,
			want: []string{"1 lot (100.0 %) no longer renders: nl/ams/0001", "  renders to nothing"},
		},
		"a lot was broken before": {
			lots: twoStates{broken, broken}, output: "table",
			want: []string{"no effect on any of 1 lot; 1 did not render before, and does not now"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			a := &app{out: &out, err: &out, output: tt.output}
			tt.ask.span = span{base: "main", head: "HEAD"}
			sides := impactReport{Base: side{Revision: "main", Commit: "1111111111"}, Head: side{Revision: "HEAD", Commit: "2222222222"}}
			err := a.compare(t.Context(), tt.ask, sides, tt.lots)
			code := 0
			if exit := (*exitError)(nil); errors.As(err, &exit) {
				code, err = exit.code, exit.err
			}
			if err != nil || code != tt.code {
				t.Fatalf("code %d, error %v, want code %d", code, err, tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in:\n%s", want, out.String())
				}
			}
			if tt.not != "" && strings.Contains(out.String(), tt.not) {
				t.Errorf("%q in:\n%s", tt.not, out.String())
			}
		})
	}
}

func TestImpactIsColouredOnATerminalOnly(t *testing.T) {
	t.Parallel()
	var plain, coloured bytes.Buffer
	for out, colour := range map[*bytes.Buffer]bool{&plain: false, &coloured: true} {
		a := &app{out: out, err: out, output: "table", colour: colour}
		ask := impactQuestion{span: span{base: "main", worktree: true}, diff: true}
		sides := impactReport{Base: side{Revision: "main", Commit: "1111111111"}, Head: side{Worktree: true}}
		if err := a.compare(t.Context(), ask, sides, twoStates{tariff("3.20"), tariff("3.40")}); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(plain.String(), "\x1b") {
		t.Errorf("colours where nobody sees them:\n%s", plain.String())
	}
	for _, want := range []string{"\x1b[31m-  TARIFF", "\x1b[32m+  TARIFF"} {
		if !strings.Contains(coloured.String(), want) {
			t.Errorf("no %q in:\n%q", want, coloured.String())
		}
	}
}

func TestImpactInJSONNamesBothSides(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{out: &out, err: &out, output: "json"}
	sides := impactReport{Base: side{Revision: "main", Commit: "1111111111"}, Head: side{Worktree: true}}
	ask := impactQuestion{span: span{base: "main", worktree: true}}
	if err := a.compare(t.Context(), ask, sides, twoStates{tariff("3.20"), tariff("3.40")}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Base, Head side
		Radius     struct{ Lots, Touched int }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sides.Base, got.Base) + cmp.Diff(sides.Head, got.Head); diff != "" || got.Radius.Touched != 1 {
		t.Errorf("%d touched\n%s", got.Radius.Touched, diff)
	}
}
