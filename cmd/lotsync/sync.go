package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/state"
)

const exitHeld = 3

func (a *app) syncCommand() *cobra.Command {
	var now, wait bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Bring the lot in step with Git, once",
		Long: `Make one pass: ask Git, render, apply, and watch until the bundle is good. Where
an agent runs on this node, it makes the pass.

Exit codes: 0 in step, 1 failed, 3 held: the reason is printed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out, err := a.sync(cmd.Context(), now, wait)
			if err != nil {
				return err
			}
			return a.report(out)
		},
	}
	cmd.Flags().BoolVar(&now, "now", false, "do not wait for the backoff of a step that failed")
	cmd.Flags().BoolVar(&wait, "wait", true, "wait until the bundle is good; without it, until it is applied")
	return cmd
}

// sync makes the pass here, or through the agent that holds the state directory.
func (a *app) sync(ctx context.Context, now, wait bool) (sync.Outcome, error) {
	parts, err := a.assemble(a.tellWaiting())
	if errors.Is(err, state.ErrLocked) {
		out, err := service.NewClient(a.spec.Socket).Sync(ctx, now, wait)
		if errors.Is(err, service.ErrNoAgent) {
			err = fmt.Errorf("another lotsync holds %s, and does not answer on %q (%w): wait for it, or end it", a.spec.StateDir, a.spec.Socket, err)
		}
		return out, err
	}
	if err != nil {
		return sync.Outcome{}, err
	}
	defer parts.close()
	ask := sync.Ask{Poll: true, Drift: true, Now: now}
	if !wait {
		return parts.agent.Sync(ctx, ask), nil
	}
	return parts.agent.Settle(ctx, ask), nil
}

// tellWaiting says what a rollout waits for, each time that it is something else.
func (a *app) tellWaiting() func(sync.Outcome) {
	said := ""
	return func(out sync.Outcome) {
		if out.Standing != sync.StandingSettling {
			return
		}
		say := "applied and healthy; waiting until it has settled"
		if n := len(out.Ailing); n > 0 {
			o := out.Ailing[0]
			say = fmt.Sprintf("applied; waiting for %d objects to be healthy, such as %s: %s", n, o.Ref, o.Message)
		}
		if say != said {
			fmt.Fprintln(a.err, a.paint(faint, say))
			said = say
		}
	}
}

// report prints an outcome and turns it into the exit code.
func (a *app) report(out sync.Outcome) error {
	if err := a.print(out, func() { a.outcomeTable(out) }); err != nil {
		return err
	}
	switch out.Standing {
	case sync.StandingInStep, sync.StandingSettling:
		return nil
	case sync.StandingHeld:
		return &exitError{code: exitHeld}
	case sync.StandingFailed:
	}
	return &exitError{code: 1}
}

func (a *app) outcomeTable(out sync.Outcome) {
	fmt.Fprintf(a.out, "%s", a.standing(out.Standing))
	if string(out.Reason) != string(out.Standing) {
		fmt.Fprintf(a.out, ": %s", out.Reason)
	}
	if out.Current != nil {
		fmt.Fprintf(a.out, "; commit %s of %s", out.Current.Revision.Commit.Short(), out.Current.Revision.Time.UTC().Format(time.DateTime))
	}
	fmt.Fprintln(a.out)
	if out.Message != "" {
		fmt.Fprintln(a.out, indent(out.Message))
	}
	for _, c := range out.Report.Changes {
		note := ""
		if c.Note != "" {
			note = " (" + c.Note + ")"
		}
		fmt.Fprintf(a.out, "  %s %s%s\n", c.Ref, c.Action, note)
	}
	if len(out.Report.Changes) > 0 {
		fmt.Fprintf(a.out, "  %d unchanged\n", out.Report.Unchanged)
	}
	if out.Standing != sync.StandingFailed {
		for _, o := range out.Ailing {
			fmt.Fprintf(a.out, "  %s: %s: %s\n", o.Ref, a.paint(yellow, string(o.Health)), o.Message)
		}
	}
}

func (a *app) standing(s sync.Standing) string {
	colours := map[sync.Standing]colour{
		sync.StandingInStep: green, sync.StandingSettling: yellow,
		sync.StandingHeld: yellow, sync.StandingFailed: red,
	}
	return a.paint(colours[s], string(s))
}
