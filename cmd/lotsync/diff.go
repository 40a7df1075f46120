package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply"
)

const exitDiffError = 2

func (a *app) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff [SITE]",
		Short: "Show what a sync would change in the cluster",
		Long: `Compare what Git says with what the cluster has. The API server is asked with dry
runs, so nothing changes. The values of Secrets are masked.

Exit codes: 0 same, 1 different, 2 error.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			diffs, err := a.diff(cmd.Context(), args)
			if err == nil {
				err = a.print(diffs, func() { a.diffTable(diffs) })
			}
			if err != nil {
				return &exitError{exitDiffError, err}
			}
			if len(diffs) > 0 {
				return &exitError{code: 1}
			}
			return nil
		},
	}
}

// objectDiff is an object that a sync would change, as `diff -o json` prints it.
type objectDiff struct {
	Ref     sync.Ref    `json:"ref"`
	Action  sync.Action `json:"action"`
	Diff    string      `json:"diff,omitempty"`
	Refused string      `json:"refused,omitempty"`
}

func (a *app) diff(ctx context.Context, args []string) ([]objectDiff, error) {
	var site sync.Site
	var err error
	if len(args) > 0 {
		site, err = a.siteArg(args[0])
	} else {
		site, err = a.site()
	}
	if err != nil {
		return nil, err
	}
	snap, err := a.snapshot(ctx, site)
	if err != nil {
		return nil, err
	}
	out, err := a.built(snap)
	if err != nil {
		return nil, err
	}
	cluster, err := a.cluster(site)
	if err != nil {
		return nil, err
	}
	found, err := cluster.Diff(ctx, sync.NewBundle(snap.Revision, out.Manifest))
	if err != nil {
		return nil, err
	}
	diffs := make([]objectDiff, 0, len(found))
	for _, d := range found {
		diffs = append(diffs, unified(d))
	}
	return diffs, nil
}

func unified(d apply.ObjectDiff) objectDiff {
	text := diff.Diff("live/"+d.Ref.String(), d.Before, "git/"+d.Ref.String(), d.After)
	// The first line names the command that a patch would be made with.
	_, text, _ = cutLine(text)
	return objectDiff{Ref: d.Ref, Action: d.Action, Diff: string(text), Refused: d.Refused}
}

func cutLine(text []byte) (line, rest []byte, found bool) {
	l, r, ok := strings.Cut(string(text), "\n")
	return []byte(l), []byte(r), ok
}

func (a *app) diffTable(diffs []objectDiff) {
	if len(diffs) == 0 {
		fmt.Fprintln(a.out, a.paint(green, "the cluster is as Git says"))
		return
	}
	for _, d := range diffs {
		fmt.Fprintf(a.out, "%s would be %s\n", a.paint(bold, d.Ref.String()), d.Action)
		if d.Refused != "" {
			fmt.Fprintf(a.out, "%s\n", indent(a.paint(red, "refused: "+d.Refused)))
		}
		for line := range strings.Lines(d.Diff) {
			fmt.Fprint(a.out, a.diffLine(line))
		}
	}
}

func (a *app) diffLine(line string) string {
	text := strings.TrimSuffix(line, "\n")
	switch {
	case strings.HasPrefix(line, "+++") || strings.HasPrefix(line, "---"):
		return ""
	case strings.HasPrefix(line, "+"):
		return a.paint(green, text) + "\n"
	case strings.HasPrefix(line, "-"):
		return a.paint(red, text) + "\n"
	case strings.HasPrefix(line, "@@"):
		return a.paint(faint, text) + "\n"
	}
	return line
}
