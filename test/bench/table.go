package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/lotsync/lotsync/test/bench/pull"
)

// heads are the table's columns.
func heads() []string {
	return []string{"lots", "step", "tool", "up", "down", "trips", "conns", "time", "CPU", "VmHWM", "written"}
}

// cells are a row in the table's columns.
func (r Row) cells() []string {
	cells := []string{fmt.Sprint(r.Lots), r.Step, string(r.Tool)}
	if r.Answer.Error != "" {
		cells = append(cells, "failed: "+firstLine(r.Answer.Error))
		for len(cells) < len(heads()) {
			cells = append(cells, "")
		}
		return cells
	}
	if r.Step == kustomize { // nothing goes over the link
		cells = append(cells, "", "", "", "")
		return append(cells, seconds(r.Answer.Seconds), seconds(r.Answer.CPU), bytes(r.Answer.Peak), bytes(r.Written))
	}
	return append(cells,
		bytes(r.Counts.Up), bytes(r.Counts.Down), fmt.Sprint(r.Counts.Trips), fmt.Sprint(r.Counts.Connections),
		seconds(r.Answer.Seconds), seconds(r.Answer.CPU), bytes(r.Answer.Peak), bytes(r.Written))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	const most = 90
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return line
}

// bytes is an amount as people read it, in powers of ten.
func bytes(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.2f MB", float64(n)/1e6)
}

func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.0f ms", s*1e3)
	}
	return fmt.Sprintf("%.2f s", s)
}

// WriteTable writes the rows for a terminal.
func WriteTable(w io.Writer, rows []Row) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(heads(), "\t"))
	last := ""
	for _, r := range rows {
		if step := fmt.Sprint(r.Lots, r.Step); step != last && last != "" {
			fmt.Fprintln(table, strings.Repeat("\t", len(heads())-1))
		}
		last = fmt.Sprint(r.Lots, r.Step)
		fmt.Fprintln(table, strings.Join(r.cells(), "\t"))
	}
	return table.Flush()
}

// About is where a table comes from.
type About struct {
	// Command makes it.
	Command string
	// Machine and Versions say on what it was made.
	Machine  string
	Versions []string
}

// layout says where the lots of a fleet are.
func (o Options) layout() string {
	if o.Flat {
		return "all lots of a region in one folder"
	}
	return "25 lots to a folder"
}

// WriteMarkdown writes the rows that the options have led to as a page of the
// documentation.
func WriteMarkdown(w io.Writer, options Options, rows []Row, about About) error {
	var b strings.Builder
	fmt.Fprintf(&b, `# What it costs to follow a fleet

Made by %[1]s%[2]s%[1]s, on %[3]s with %[4]s.

Each tool follows the same lot through the same commits of a generated fleet: %[5]d commits and %[6]d refs before the first sync, %[11]s, a base of 8 workloads in 26 files. Git serves it on this machine, over plain HTTP unless the command says otherwise, and grants the filters blob:none and tree:0 only, as large hosts do.

- **up**, **down**: bytes of TCP payload, counted by a proxy; **trips**: how often an answer followed on a question; **conns**: the connections that were opened, which cost a further round trip each (more with TLS).
- **time** has no delay of a network in it. Trips over HTTP are exact, and bytes but for some dozens (an answer is cut into chunks as it happens to come); times are not.
- **CPU** and **VmHWM** are those of the tool's processes without the server's. Memory of programs that git starts is looked at every 5 ms while they live, and added up. **written**: what the kernel counts as written to file systems, in whole pages.
- **%[7]s** is the Source of the agent: one process through all steps. **%[8]s**: clone with a worktree, then fetch --depth 1 and reset. **%[9]s**: the same with --filter=blob:none --sparse and the folders that the lot needs. **%[10]s**: version 5, shallow clone and fetch into a bare repository without a worktree, one process through all steps.
- What kubectl kustomize costs comes on top of git's: it is the last step of each size.

`, "`", about.Command, about.Machine, strings.Join(about.Versions, ", "), options.Commits, options.Refs,
		pull.Lotsync, pull.Shallow, pull.Sparse, pull.GoGit, options.layout())
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(heads())
	line(strings.Split("---:,---,---,---:,---:,---:,---:,---:,---:,---:,---:", ","))
	for _, r := range rows {
		line(r.cells())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
