// Command gen writes what package openapi knows: the kinds and fields of several
// minor versions of Kubernetes, as each one's own OpenAPI describes them, in one
// compressed text. It fetches the sources of these versions as Go modules, 40 to
// 60 MB each, outside of this project's go.mod.
//
// Two things in the OpenAPI are not as strict as they look, and are written only
// where enforced.txt says that an API server holds to them: required fields, of
// which many have a default or may be empty, and enumerations. A test beside
// package openapi asks a real API server about each line of it.
package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strings"
)

//go:embed enforced.txt
var enforced string

// releases are the patch releases that are looked at, newest first. Add a new one
// in front, and drop those that no node runs any more.
func releases() []string {
	return []string{"v1.37.2", "v1.36.3", "v1.35.4", "v1.34.4", "v1.33.13", "v1.32.13"}
}

func main() {
	output := flag.String("output", "kubernetes.txt.gz", "the file to write")
	all := flag.Bool("all", false, "keep all that is required or enumerated, enforced or not: for looking at, and never for validation")
	flag.Parse()
	if err := run(*output, *all); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(output string, all bool) error {
	keep := parseEnforced(enforced)
	var specs []spec
	for _, release := range releases() {
		dir, err := fetch(release)
		if err != nil {
			return err
		}
		s, err := readSpec(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", release, err)
		}
		s.version = minor(release)
		if !all {
			s.keepEnforced(keep)
		}
		specs = append(specs, s)
	}
	packed, err := pack(encode(specs))
	if err != nil {
		return err
	}
	return os.WriteFile(output, packed, 0o644) //nolint:gosec // a source file
}

// minor is 1.34 of v1.34.4.
func minor(release string) string {
	return strings.TrimPrefix(release[:strings.LastIndex(release, ".")], "v")
}

func pack(text []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
