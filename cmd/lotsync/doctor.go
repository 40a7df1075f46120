package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// doctorTimeout bounds each examination.
const doctorTimeout = 20 * time.Second

// grade is how bad a finding is.
type grade string

const (
	gradeOK   grade = "ok"
	gradeWarn grade = "warning"
	gradeBad  grade = "bad"
)

// diagnosis is one thing that doctor looked at.
type diagnosis struct {
	Check string `json:"check"`
	Grade grade  `json:"grade"`
	Saw   string `json:"saw"`
	Why   string `json:"why,omitempty"`  // why it matters
	Mend  string `json:"mend,omitempty"` // what to do
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look at the node and its surroundings, and say how to mend what is wrong",
		Long: `Look at Git, the Kubernetes API, the state directory and the clock. Each finding
says why it matters and what mends it. Nothing is changed.

Exit codes: 0 nothing is bad, 1 something is.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context()) },
	}
}

func (a *app) doctor(ctx context.Context) error {
	var found []diagnosis
	dates := &serverDates{}
	for _, examine := range []func(context.Context) []diagnosis{
		a.examineConfig, a.examineGit, func(ctx context.Context) []diagnosis { return a.examineAPI(ctx, dates) },
		a.examineState, func(context.Context) []diagnosis { return examineClock(dates, time.Now()) },
	} {
		limited, cancel := context.WithTimeout(ctx, doctorTimeout)
		found = append(found, examine(limited)...)
		cancel()
	}
	if err := a.print(found, func() { a.doctorTable(found) }); err != nil {
		return err
	}
	for _, d := range found {
		if d.Grade == gradeBad {
			return &exitError{code: 1}
		}
	}
	return nil
}

func (a *app) doctorTable(found []diagnosis) {
	colours := map[grade]colour{gradeOK: green, gradeWarn: yellow, gradeBad: red}
	a.rows(func(w *tabwriter.Writer) {
		for _, d := range found {
			fmt.Fprintf(w, "%s\t%s\t%s\n", a.paint(colours[d.Grade], string(d.Grade)), d.Check, d.Saw)
			if d.Why != "" {
				fmt.Fprintf(w, "\t\twhy: %s\n", d.Why)
			}
			if d.Mend != "" {
				fmt.Fprintf(w, "\t\tmend: %s\n", d.Mend)
			}
		}
	})
}
