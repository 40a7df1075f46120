package demo

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Verdict is what became of a step.
type Verdict string

// The verdicts.
const (
	Held     Verdict = "held"
	Failed   Verdict = "did not hold"
	NotShown Verdict = "not shown here" // this cluster, or this machine, does not allow it
)

// Result is one step as it went.
type Result struct {
	Step     string    `json:"step"`
	Verdict  Verdict   `json:"verdict"`
	Took     float64   `json:"seconds"`
	Measures []Measure `json:"measures,omitempty"`
	Error    string    `json:"error,omitempty"`
}

// Summary is what was seen and measured.
type Summary struct {
	Cluster string   `json:"cluster"` // the API server's address
	Steps   []Result `json:"steps"`
	Took    float64  `json:"seconds"`
	// Logs is the folder with the logs, kept if a step did not hold.
	Logs string `json:"logs,omitempty"`
}

// held says whether no step failed.
func (s Summary) held() bool {
	for _, r := range s.Steps {
		if r.Verdict == Failed {
			return false
		}
	}
	return true
}

// Table writes the summary for people.
func (s Summary) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STEP\tHELD\tMEASURED")
	for _, r := range s.Steps {
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Step, yesNo(r.Verdict), strings.Join(firstLines(r), "\n\t\t"))
	}
	fmt.Fprintf(t, "\t\t%s in all\n", figure(s.Took, Seconds))
	return t.Flush()
}

func yesNo(v Verdict) string {
	switch v {
	case Held:
		return "yes"
	case Failed:
		return "NO"
	case NotShown:
	}
	return string(v)
}

// firstLines are the cells of a step's last column.
func firstLines(r Result) []string {
	lines := make([]string, 0, len(r.Measures)+1)
	for _, m := range r.Measures {
		lines = append(lines, m.Name+": "+m.Figure())
	}
	if r.Error != "" {
		first, _, _ := strings.Cut(r.Error, "\n")
		lines = append(lines, first)
	}
	return lines
}
