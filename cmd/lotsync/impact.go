package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/survey/impact"
	"github.com/lotsync/lotsync/sync"
)

// groupsShown is how many groups people get to see, if they do not ask for more.
const groupsShown = 20

func (a *app) impactCommand() *cobra.Command {
	var ask impactQuestion
	var noDiff bool
	cmd := &cobra.Command{
		Use:   "impact BASE..HEAD",
		Short: "Show which lots a change touches, and how",
		Long: `Build every lot before and after a change, and show which lots it touches, in
groups with equal effect: which images change, which pods restart, what is
pruned, and which lots no longer render. Each group has the diff of one lot as an
example. The values of Secrets are hidden.

  lotsync impact main..HEAD      what HEAD does to the lots of main
  lotsync impact main...HEAD     what HEAD does since it branched off
  lotsync impact main            what the working tree does to the lots of main
  lotsync impact --worktree      what is not committed yet

With -o markdown the report is a comment for a pull request.

Exit codes: 0, 1 a lot no longer renders, or an error.`,
		Example:     "  lotsync impact origin/main...HEAD -o markdown >comment.md\n  lotsync impact --worktree --no-diff",
		Annotations: map[string]string{writesMarkdown: "yes"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if noDiff {
				ask.diff = false
			}
			var err error
			if ask.span, err = parseSpan(args, ask.worktree); err != nil {
				return err
			}
			return a.runImpact(cmd.Context(), ask)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&ask.worktree, "worktree", false, "compare HEAD, or the revision given, with the working tree")
	f.BoolVar(&ask.diff, "diff", true, "show the diff of one lot of each group")
	f.BoolVar(&noDiff, "no-diff", false, "show no diffs")
	f.IntVar(&ask.limit, "limit", groupsShown, "groups to show, or to show a diff of in JSON and YAML; 0 for all")
	cmd.MarkFlagsMutuallyExclusive("diff", "no-diff")
	ask.flags.add(cmd)
	return cmd
}

// impactQuestion is what a person asked for.
type impactQuestion struct {
	span     span
	worktree bool
	diff     bool
	limit    int
	flags    surveyFlags
}

// surveyor builds all lots of one state of the fleet.
type surveyor interface {
	commit(ctx context.Context, commit string) ([]survey.Lot, error)
	worktree(ctx context.Context) ([]survey.Lot, error)
	content(digest sync.Digest) (edge.Object, error)
}

// side is one side of a comparison, as `impact -o json` prints it.
type side struct {
	Revision string `json:"revision,omitempty"` // as it was asked for
	Commit   string `json:"commit,omitempty"`
	Worktree bool   `json:"worktree,omitempty"`
}

func (s side) short() string {
	if s.Worktree {
		return "working tree"
	}
	return s.Commit[:min(len(s.Commit), shortCommit)]
}

// shortCommit is as long as Git's own short form of a commit.
const shortCommit = 7

// impactReport is what `impact -o json` prints.
type impactReport struct {
	Base side `json:"base"`
	Head side `json:"head"`
	impact.Report
}

func (r impactReport) title(s span) string {
	return fmt.Sprintf("%s (%s..%s)", s, r.Base.short(), r.Head.short())
}

func (a *app) runImpact(ctx context.Context, ask impactQuestion) error {
	if ask.limit < 0 {
		return fmt.Errorf("--limit %d: want a number of groups, or 0 for all", ask.limit)
	}
	root, err := a.checkout()
	if err != nil {
		return err
	}
	out, err := a.sides(ctx, worktree{root}, ask.span)
	if err != nil {
		return err
	}
	sparing()
	store := a.openStore(ask.flags)
	defer a.closing("the cache of lots", store)
	return a.compare(ctx, ask, out, &surveys{app: a, root: root, flags: ask.flags, store: store})
}

// compare surveys both sides and prints what differs.
func (a *app) compare(ctx context.Context, ask impactQuestion, out impactReport, lots surveyor) error {
	base, err := lots.commit(ctx, out.Base.Commit)
	if err != nil {
		return fmt.Errorf("%s: %w", out.Base.Revision, err)
	}
	var head []survey.Lot
	if out.Head.Worktree {
		head, err = lots.worktree(ctx)
	} else {
		head, err = lots.commit(ctx, out.Head.Commit)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", out.Head.short(), err)
	}
	if out.Report, err = impact.Compare(base, head, lots.content); err != nil {
		return err
	}
	for i := range out.Groups {
		if !ask.diff || ask.limit > 0 && i >= ask.limit {
			break
		}
		if err := out.Groups[i].Explain(lots.content); err != nil {
			return err
		}
	}
	if err := a.printImpact(ask, out); err != nil {
		return err
	}
	if out.Radius.Breaks > 0 {
		return &exitError{code: 1}
	}
	return nil
}

func (a *app) printImpact(ask impactQuestion, out impactReport) error {
	title := out.title(ask.span)
	if a.output == markdown {
		_, err := fmt.Fprint(a.out, out.Markdown(title, ask.limit))
		return err
	}
	return a.print(out, func() { fmt.Fprint(a.out, out.Text(title, ask.limit, a.ink)) })
}

// ink gives the report its colours.
func (a *app) ink(i impact.Ink, s string) string {
	switch i {
	case impact.Strong:
		return a.paint(bold, s)
	case impact.Bad, impact.OldLine:
		return a.paint(red, s)
	case impact.NewLine:
		return a.paint(green, s)
	case impact.NoteText:
		return a.paint(yellow, s)
	case impact.Faint:
		return a.paint(faint, s)
	}
	return s
}
