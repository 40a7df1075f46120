// Command gen cuts kustomize's built-in OpenAPI schema down to what a strategic
// merge needs, and writes it to a file.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const kindKey = "x-kubernetes-group-version-kind"

func main() {
	output := flag.String("output", "mergekeys.json.gz", "the file to write")
	flag.Parse()
	if err := run(*output); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(output string) error {
	openapi.SchemaForResourceType(yaml.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}) // loads the schema
	c := newCutter(openapi.Schema().Definitions)
	for name, definition := range c.all {
		if _, isKind := definition.Extensions[kindKey]; isKind && c.useful(&definition) {
			c.keep(name)
		}
	}
	data, err := json.Marshal(map[string]any{
		"swagger":     "2.0",
		"info":        map[string]string{"title": "merge keys", "version": openapi.DefaultOpenAPI},
		"paths":       map[string]any{},
		"definitions": c.kept,
	})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(data); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(output, packed.Bytes(), 0o644) //nolint:gosec // a source file
}

// cutter copies definitions without the fields that no merge key lies under.
type cutter struct {
	all   spec.Definitions
	kept  spec.Definitions
	leads map[string]bool // the definitions that a merge key lies in or below
}

// newCutter finds the definitions that lead to merge keys: again and again, as
// they refer to each other in circles, until no more are found.
func newCutter(all spec.Definitions) cutter {
	c := cutter{all: all, kept: spec.Definitions{}, leads: map[string]bool{}}
	for found := -1; found < len(c.leads); {
		found = len(c.leads)
		for name, definition := range all {
			if c.useful(&definition) {
				c.leads[name] = true
			}
		}
	}
	return c
}

// keep copies a definition and those that it refers to.
func (c cutter) keep(name string) {
	if _, done := c.kept[name]; done {
		return
	}
	c.kept[name] = spec.Schema{} // ends recursion
	c.kept[name] = c.strip(c.all[name])
}

func (c cutter) strip(s spec.Schema) spec.Schema {
	var out spec.Schema
	out.Type, out.Ref = s.Type, s.Ref
	for key, value := range s.Extensions {
		if key == kindKey || mergeExtension(key) {
			out.AddExtension(key, value)
		}
	}
	if name := refName(&s); name != "" {
		c.keep(name)
	}
	if s.Items != nil && s.Items.Schema != nil {
		item := c.strip(*s.Items.Schema)
		out.Items = &spec.SchemaOrArray{Schema: &item}
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		value := c.strip(*s.AdditionalProperties.Schema)
		out.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &value}
	}
	for name, property := range s.Properties {
		if c.useful(&property) {
			out.SetProperty(name, c.strip(property))
		}
	}
	return out
}

// useful reports whether a merge key lies in or below the schema.
func (c cutter) useful(s *spec.Schema) bool {
	for key := range s.Extensions {
		if mergeExtension(key) {
			return true
		}
	}
	if c.leads[refName(s)] {
		return true
	}
	if s.Items != nil && s.Items.Schema != nil && c.useful(s.Items.Schema) {
		return true
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil && c.useful(s.AdditionalProperties.Schema) {
		return true
	}
	for _, property := range s.Properties {
		if c.useful(&property) {
			return true
		}
	}
	return false
}

// mergeExtension names what the merge reads; see kyaml/openapi.
func mergeExtension(key string) bool {
	switch key {
	case "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy", "x-kubernetes-list-map-keys", "x-kubernetes-list-type":
		return true
	}
	return false
}

func refName(s *spec.Schema) string {
	ref := s.Ref.String()
	return ref[strings.LastIndex(ref, "/")+1:]
}
