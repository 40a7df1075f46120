package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/sync"
)

func (a *app) historyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "history",
		Short: "Show what happened at this lot, newest first",
		Long: `Show what happened at this lot, newest first. It reads the state directory and
works with the agent stopped.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			st, _, err := a.readState()
			if err != nil {
				return err
			}
			return a.print(append([]sync.Event{}, st.History...), func() {
				if len(st.History) == 0 {
					fmt.Fprintln(a.out, "nothing has happened yet")
					return
				}
				a.rows(func(w *tabwriter.Writer) {
					fmt.Fprintln(w, "WHEN\tWHAT\tCOMMIT\tCHANGES\tWHY")
					for _, e := range slices.Backward(st.History) {
						why, _, _ := strings.Cut(e.Why, "\n")
						fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", e.Time.UTC().Format(time.DateTime), e.What, e.Commit.Short(), e.Changes, why)
					}
				})
			})
		},
	}
}
