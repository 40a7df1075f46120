package check

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

func heads() []string {
	return []string{"step", "lots", "time", "CPU", "CPU a lot", "times less", "memory"}
}

// cells are the rows in the table's columns.
func cells(rows []Row) [][]string {
	var peer time.Duration
	var out [][]string
	for _, r := range rows {
		if r.Step == Kustomize {
			peer = r.PerLot()
		}
		less := ""
		if peer > 0 && r.Step != Kustomize && r.PerLot() > 0 {
			less = fmt.Sprintf("%.0f", float64(peer)/float64(r.PerLot()))
		}
		out = append(out, []string{
			r.Step, fmt.Sprint(r.Lots), seconds(r.Used.Wall), seconds(r.Used.CPU),
			fmt.Sprintf("%.2f ms", float64(r.PerLot().Microseconds())/1e3), less, fmt.Sprintf("%.0f MB", float64(r.Used.Peak)/1e6),
		})
	}
	return out
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// WriteTable writes the rows for a terminal.
func WriteTable(w io.Writer, rows []Row) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range append([][]string{heads()}, cells(rows)...) {
		fmt.Fprintln(table, strings.Join(line, "\t"))
	}
	return table.Flush()
}

// WriteMarkdown writes the rows as a part of a page of the documentation.
func WriteMarkdown(w io.Writer, rows []Row) error {
	var b strings.Builder
	b.WriteString(`
## What it costs to check a whole fleet

The same command checks a generated fleet of 6000 lots with some 45 objects each, in a checkout of it. Each step is a process of its own, measured as a whole, programs that it starts counted in.

- **kubectl kustomize** builds each lot in a process of its own, a sample of them one after the other. It neither applies the edge profile nor looks for findings, nor checks the objects against the API's schema, as ` + "`validate`" + ` does.
- **times less**: the processor time of kubectl kustomize for a lot, against this step's for a lot.
- The second half of the steps works with what the first has left in the cache.

`)
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(heads())
	line(strings.Split("---,---:,---:,---:,---:,---:,---:", ","))
	for _, row := range cells(rows) {
		line(row)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
