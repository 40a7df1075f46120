package main

import (
	"bufio"
	"bytes"
	"regexp"
	"strings"
)

// enums reads the enumerations out of the generated Go source, by definition and
// field ("core.v1.Container imagePullPolicy"): the OpenAPI file that lies beside
// it is made without them.
func enums(source []byte) map[string][]string {
	function := regexp.MustCompile(`^func schema_k8sio_api_([a-z0-9]+)_([a-z0-9]+)_(\w+)\(`)
	property := regexp.MustCompile(`^\t{5}"(\w+)": \{$`)
	values := regexp.MustCompile(`^\t+Enum:\s+\[\]interface\{\}\{(.*)\},$`)
	out := map[string][]string{}
	var definition, field string
	lines := bufio.NewScanner(bytes.NewReader(source))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if m := function.FindStringSubmatch(line); m != nil {
			definition = strings.Join(m[1:], ".")
		} else if strings.HasPrefix(line, "func ") {
			definition = ""
		} else if m := property.FindStringSubmatch(line); m != nil {
			field = m[1]
		} else if m := values.FindStringSubmatch(line); m != nil && definition != "" {
			out[definition+" "+field] = unquoteAll(m[1])
		}
	}
	return out
}

// unquoteAll leaves out the empty string, which an API server takes as no value.
// Values with spaces in them, which the packed text has no room for, are not
// enumerated at all.
func unquoteAll(list string) []string {
	var out []string
	for value := range strings.SplitSeq(list, ", ") {
		if strings.Contains(value, " ") {
			return nil
		}
		if value = strings.Trim(value, `"`); value != "" {
			out = append(out, value)
		}
	}
	return out
}
