package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// spec is what one version of Kubernetes knows.
type spec struct {
	version     string
	kinds       map[string]string           // "apps/v1 Deployment" to the name of its definition
	definitions map[string]map[string]field // by name, then by the field's name
}

// field is one field of a definition.
type field struct {
	shape    string // prefixes [ and { for lists and maps, then a letter of scalar, or @ and a definition's name
	required bool
	keys     []string // what the items of a list must differ in; [""] if in their whole
	enum     []string
}

// node is the part of an OpenAPI schema that is read.
type node struct {
	Ref                  string          `json:"$ref"`
	Type                 string          `json:"type"`
	Format               string          `json:"format"`
	Items                *node           `json:"items"`
	AdditionalProperties *node           `json:"additionalProperties"`
	Properties           map[string]node `json:"properties"`
	Required             []string        `json:"required"`
	ListType             string          `json:"x-kubernetes-list-type"`
	ListKeys             []string        `json:"x-kubernetes-list-map-keys"`
	Kinds                []kind          `json:"x-kubernetes-group-version-kind"`
}

type kind struct{ Group, Version, Kind string }

func (k kind) String() string {
	return strings.TrimPrefix(k.Group+"/"+k.Version, "/") + " " + k.Kind
}

type swagger struct {
	Definitions map[string]node
	Paths       map[string]map[string]json.RawMessage
}

func readSpec(dir string) (spec, error) {
	data, err := os.ReadFile(filepath.Join(dir, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		return spec{}, err
	}
	var doc swagger
	if err := json.Unmarshal(data, &doc); err != nil {
		return spec{}, fmt.Errorf("swagger.json: %w", err)
	}
	source, err := os.ReadFile(filepath.Join(dir, "pkg", "generated", "openapi", "zz_generated.openapi.go"))
	if err != nil {
		return spec{}, err
	}
	return newSpec(doc, enums(source))
}

// newSpec takes over the definitions that the kinds lead to.
func newSpec(doc swagger, enums map[string][]string) (spec, error) {
	s := spec{kinds: map[string]string{}, definitions: map[string]map[string]field{}}
	applied, err := appliedKinds(doc)
	if err != nil {
		return spec{}, err
	}
	for long, n := range doc.Definitions {
		if len(n.Kinds) != 1 || !applied[n.Kinds[0]] {
			continue // DeleteOptions and the like belong to every group
		}
		s.kinds[n.Kinds[0].String()] = short(long)
		s.take(doc, long, enums)
		if fields := s.definitions[short(long)]; fields["status"].shape != "" {
			fields["status"] = field{shape: "*"} // an apply ignores it
		}
	}
	return s, nil
}

// appliedKinds are those that have a resource of their own: no lists, and nothing
// that is only a part of another, as Scale is.
func appliedKinds(doc swagger) (map[kind]bool, error) {
	resource := regexp.MustCompile(`^/(api|apis/[^/]+)/[^/]+/(namespaces/\{namespace\}/)?[a-z]+(/\{name\})?$`)
	out := map[kind]bool{}
	for path, operations := range doc.Paths {
		if !resource.MatchString(path) {
			continue
		}
		for verb, raw := range operations {
			if verb != "post" && verb != "patch" {
				continue
			}
			var operation struct {
				Kind kind `json:"x-kubernetes-group-version-kind"`
			}
			if err := json.Unmarshal(raw, &operation); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			out[operation.Kind] = true
		}
	}
	return out, nil
}

// take takes over a definition and those that it refers to.
func (s *spec) take(doc swagger, long string, enums map[string][]string) {
	name := short(long)
	if s.definitions[name] != nil {
		return
	}
	fields := map[string]field{}
	s.definitions[name] = fields // ends recursion
	n := doc.Definitions[long]
	for property, p := range n.Properties {
		f := field{
			shape:    shape(p),
			required: slices.Contains(n.Required, property),
			enum:     enums[name+" "+property],
			keys:     p.keys(),
		}
		fields[property] = f
		if _, at, is := strings.Cut(f.shape, "@"); is {
			s.take(doc, longName(doc, at), enums)
		}
	}
}

// keys are the field.keys of a schema.
func (n node) keys() []string {
	if n.ListType == "set" {
		return []string{""}
	}
	return n.ListKeys
}

// longName is the full name of the definition that short calls name.
func longName(doc swagger, name string) string {
	for long := range doc.Definitions {
		if short(long) == name {
			return long
		}
	}
	return ""
}

// short is core.v1.Pod of io.k8s.api.core.v1.Pod.
func short(long string) string {
	parts := strings.Split(long, ".")
	return strings.Join(parts[max(0, len(parts)-3):], ".")
}

// shape is the field.shape of a schema.
func shape(n node) string {
	switch {
	case n.Ref != "":
		name := short(strings.TrimPrefix(n.Ref, "#/definitions/"))
		if letter := special(name); letter != "" {
			return letter
		}
		return "@" + name
	case n.Items != nil:
		return "[" + shape(*n.Items)
	case n.AdditionalProperties != nil:
		return "{" + shape(*n.AdditionalProperties)
	}
	return scalar(n.Type, n.Format)
}

// special is the letter of a definition that is not what its schema says: those
// that a server reads in their own way, and those in which it takes anything.
func special(name string) string {
	switch name {
	case "api.resource.Quantity":
		return "q"
	case "util.intstr.IntOrString":
		return "x"
	case "meta.v1.Time", "meta.v1.MicroTime":
		return "t"
	case "pkg.runtime.RawExtension", "meta.v1.FieldsV1", "meta.v1.ManagedFieldsEntry",
		"apiextensions.v1.JSON", "apiextensions.v1.JSONSchemaPropsOrArray",
		"apiextensions.v1.JSONSchemaPropsOrBool", "apiextensions.v1.JSONSchemaPropsOrStringArray",
		"apiextensions.v1.CustomResourceSubresourceStatus":
		return "*"
	}
	return ""
}

func scalar(kind, format string) string {
	switch kind + " " + format {
	case "string ":
		return "s"
	case "string byte":
		return "y"
	case "integer int32":
		return "i"
	case "integer int64", "integer ":
		return "I"
	case "number double", "number ":
		return "n"
	case "boolean ":
		return "b"
	}
	return "*"
}
