//go:build !node

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lotsync/lotsync/demo"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story on this machine, with what was measured",
		Long: `Start a Kubernetes control plane, a Git server with the sample fleet, and the agent
of one lot, and tell the story: first sync, a commit, outages, a bad commit, and
what it all took. Every step checks what it shows. It ends by itself, and
everything it has started ends with it. The control plane is built from a checkout
of the project: once, in about six minutes.

With --kubeconfig it works in a cluster of yours, where it stops nothing, and
takes away at the end what it has put there.

Exit codes: 0 every step held, 1 not.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd) },
	}
}

// demo tells the story on the output, or beside it where the output is data.
func (a *app) demo(cmd *cobra.Command) error {
	// Only what was asked for here and now: never the cluster of an agent that
	// happens to be configured on this machine.
	kubeconfig := cmd.Flags().Lookup("kubeconfig").Value.String()
	o := demo.Options{Kubeconfig: kubeconfig, Agent: "/proc/self/exe", Out: a.out, Colour: a.colour, Progress: a.err}
	if a.output != "table" {
		o.Out, o.Colour = a.err, false
	}
	o.Terminal = isTerminal(o.Out)
	sum, err := demo.Run(cmd.Context(), o)
	if len(sum.Steps) == 0 {
		return err
	}
	printed := a.print(sum, func() {
		fmt.Fprintln(a.out)
		_ = sum.Table(a.out) // a reader that has gone away is told nothing
	})
	if err != nil {
		return err
	}
	return printed
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
