package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/render/schema"
	"github.com/lotsync/lotsync/sync"
)

func (a *app) renderCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "render SITE",
		Short: "Print what would be applied at a lot",
		Long: `Print the bundle of a lot: exactly what would be applied. It works on a checkout,
with no cluster and no agent; with --repo URL the lot is fetched as the agent
would. Findings go to standard error.

Exit codes: 0, 1 the lot does not render.`,
		Example: "  lotsync render nl/ams/0042\n  lotsync render nl/ams/0042 --repo https://git.example.com/parking/fleet.git",
		Args:    oneSite,
		RunE: func(cmd *cobra.Command, args []string) error {
			site, err := a.siteArg(args[0])
			if err != nil {
				return err
			}
			snap, err := a.snapshot(cmd.Context(), site)
			if err != nil {
				return err
			}
			return a.printRendered(snap)
		},
	}
}

// oneSite asks for the one argument in words of its own.
func oneSite(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return fmt.Errorf("%d lots given, want one: %s", len(args), cmd.UseLine())
}

// rendered is what `render -o json` prints.
type rendered struct {
	Site     sync.Site      `json:"site"`
	Commit   sync.Commit    `json:"commit,omitempty"`
	Digest   sync.Digest    `json:"digest"`
	Manifest string         `json:"manifest"`
	Findings []edge.Finding `json:"findings,omitempty"`
}

// built builds a lot in this process. Where kustomize panics, the debug log says
// where.
func (a *app) built(snap sync.Snapshot) (render.Output, error) {
	if err := schema.Use(); err != nil {
		return render.Output{}, err
	}
	out, err := render.Build(snap, render.DefaultLimits())
	if invalid, ok := errors.AsType[*render.InvalidError](err); ok && invalid.Stack != "" {
		a.log.Debug("kustomize panicked", "site", string(snap.Site), "stack", invalid.Stack)
	}
	return out, err
}

func (a *app) printRendered(snap sync.Snapshot) error {
	out, err := a.built(snap)
	if err != nil {
		return err
	}
	bundle := sync.NewBundle(snap.Revision, out.Manifest)
	for _, f := range out.Findings {
		fmt.Fprintf(a.err, "%s %s: %s\n", f.Severity, f.Rule, f)
	}
	if a.output != "json" {
		_, err := a.out.Write(bundle.Manifest)
		return err
	}
	return a.print(rendered{snap.Site, snap.Revision.Commit, bundle.Digest, string(bundle.Manifest), out.Findings}, nil)
}
