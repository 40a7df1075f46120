package fleet_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
)

// TestEveryFindingIsExplained compares docs/FINDINGS.md with the findings that
// there are: their names, their defaults, and that each has its parts.
func TestEveryFindingIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/FINDINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]fleet.Severity{}
	section := regexp.MustCompile("(?s)^`([a-z-]+)`\n\nBy default: \\*\\*([a-z]+)\\*\\*\n.*\\*\\*What:\\*\\*.*\\*\\*Why:\\*\\*.*\\*\\*Mend:\\*\\*")
	for part := range strings.SplitSeq(string(page), "\n### ") {
		if m := section.FindStringSubmatch(part); m != nil {
			explained[m[1]] = fleet.Severity(m[2])
		} else if strings.HasPrefix(part, "`") {
			t.Errorf("not in the form of the others: %.60q", part)
		}
	}
	if diff := cmp.Diff(fleet.Findings{}.Severities(), explained); diff != "" {
		t.Errorf("docs/FINDINGS.md (-the findings +the page):\n%s", diff)
	}
}

func TestAFindingIsAsSevereAsGivenOrByDefault(t *testing.T) {
	t.Parallel()
	got := fleet.Findings{LatestTag: fleet.SeverityError, MemorySum: fleet.SeverityOff}.Severities()
	for name, want := range map[string]fleet.Severity{
		"latest-tag": fleet.SeverityError, "memory-sum": fleet.SeverityOff,
		"missing-limits": fleet.SeverityWarning, "no-digest": fleet.SeverityOff,
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for name, severity := range got {
		if severity == "" {
			t.Errorf("%s has no default", name)
		}
	}
}
