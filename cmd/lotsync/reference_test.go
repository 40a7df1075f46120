package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var update = flag.Bool("update", false, "write golden files anew")

const referenceFile = "../../docs/CLI.md"

func TestTheCommandLineReferenceIsWhatTheCommandSays(t *testing.T) {
	got := reference(t)
	if *update {
		if err := os.WriteFile(referenceFile, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/CLI.md is stale; `go test ./cmd/lotsync -run Reference -update` writes it anew:\n%s", diff)
	}
}

func reference(t *testing.T) []byte {
	t.Helper()
	root := newRoot(newApp(os.Stdout, os.Stderr))
	root.DisableAutoGenTag = true
	root.InitDefaultCompletionCmd()
	var out bytes.Buffer
	out.WriteString("# The command line\n\nGenerated from the command itself; a test fails when it is stale.\n\n")
	commands := append([]*cobra.Command{root}, root.Commands()...)
	for _, c := range commands {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		c.DisableAutoGenTag = true
		var page bytes.Buffer
		if err := doc.GenMarkdownCustom(c, &page, func(s string) string { return "#" + anchor(s) }); err != nil {
			t.Fatal(err)
		}
		own, _, _ := bytes.Cut(page.Bytes(), []byte("### Options inherited from parent commands"))
		out.Write(own)
	}
	return out.Bytes()
}

// anchor is the heading's anchor of a command whose page the library would name
// lotsync_sync.md.
func anchor(page string) string {
	return string(bytes.ReplaceAll(bytes.TrimSuffix([]byte(page), []byte(".md")), []byte("_"), []byte("-")))
}
