package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
)

const (
	markdown = "markdown"
	// writesMarkdown is the annotation of the verbs that do.
	writesMarkdown = "markdown"
)

// checkOutput refuses an output that the verb does not have.
func (a *app) checkOutput(cmd *cobra.Command) error {
	switch a.output {
	case "table", "json", "yaml":
		return nil
	case markdown:
		if cmd.Annotations[writesMarkdown] != "" {
			return nil
		}
		return fmt.Errorf("-o %s: only impact writes it; want table, json or yaml", a.output)
	}
	return fmt.Errorf("-o %s: want table, json or yaml", a.output)
}

// print writes v as JSON or YAML, or has table write it for people.
func (a *app) print(v any, table func()) error {
	switch a.output {
	case "json":
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s\n", data)
	case "yaml":
		data, err := yaml.Marshal(v)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s", data)
	default:
		table()
	}
	return nil
}

// rows writes lines of tab-separated cells in columns.
func (a *app) rows(write func(w *tabwriter.Writer)) {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	write(w)
	_ = w.Flush()
}

// The colours of a terminal.
type colour string

const (
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	faint  colour = "2"
	bold   colour = "1"
)

// paint colours s where the output is a terminal.
func (a *app) paint(c colour, s string) string {
	if !a.colour || s == "" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}

// ago is a moment as people say it: "3m ago (2026-11-23 14:05 UTC)".
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return fmt.Sprintf("%s ago (%s)", round(now.Sub(t)), t.UTC().Format("2006-01-02 15:04 UTC"))
}

// round drops what nobody wants to know of a duration.
func round(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}

// indent sets every line of s off by two spaces.
func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ")
}

// phases is what Git has cost, as people read it.
func phases(p sync.Phases) string {
	one := func(b sync.Bytes) string { return size(b.Up) + " up, " + size(b.Down) + " down" }
	return fmt.Sprintf("polls %s; fetches %s", one(p.Poll), one(p.Fetch))
}

// size is a number of bytes as people read it: "12.3 kB".
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}
