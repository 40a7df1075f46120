package openapi

import (
	"cmp"
	"maps"
	"slices"
)

// With returns a schema that knows custom resources too: those that the given
// objects define, as far as they are CustomResourceDefinitions. What a definition
// does not describe is taken for allowed, if the server would keep it; the server
// drops it in silence otherwise, and Check says so.
func (s *Schema) With(crds []map[string]any) *Schema {
	out := s.clone()
	for _, crd := range crds {
		if crd["apiVersion"] == "apiextensions.k8s.io/v1" && crd["kind"] == "CustomResourceDefinition" {
			out.addCustom(sub(crd, "spec"))
		}
	}
	return out
}

func (s *Schema) addCustom(spec map[string]any) {
	g, _ := spec["group"].(string)
	kindOf, _ := sub(spec, "names")["kind"].(string)
	if g == "" || kindOf == "" {
		return
	}
	for _, v := range listOf(spec["versions"]) {
		version, _ := v.(map[string]any)
		name, _ := version["name"].(string)
		if served, said := version["served"].(bool); name == "" || said && !served {
			continue
		}
		named := kindName{g + "/" + name, kindOf}
		s.custom[group(g)] = true
		s.kinds[named] = kind{shape: s.customKind(sub(version, "schema", "openAPIV3Schema"))}
		s.kindsOf[named.apiVersion] = append(slices.Clone(s.kindsOf[named.apiVersion]), kindOf)
	}
}

// customKind is the shape of a custom resource as a whole: the parts that all
// objects have need not be described.
func (s *Schema) customKind(schema map[string]any) *shape {
	if len(schema) == 0 {
		return &shape{class: anything}
	}
	out := structural(schema)
	if out.class != object {
		return &shape{class: anything} // an API server refuses such a definition
	}
	return s.embedded(out)
}

// embedded adds to an object what every Kubernetes object has.
func (s *Schema) embedded(o *shape) *shape {
	always := []field{
		{name: "apiVersion", shape: &shape{class: text}},
		{name: "kind", shape: &shape{class: text}},
		{name: "metadata", shape: s.meta},
		{name: "status", shape: &shape{class: anything}},
	}
	for _, f := range o.fields {
		if !slices.ContainsFunc(always, func(a field) bool { return a.name == f.name }) {
			always = append(always, f)
		}
	}
	o.fields = always
	o.sort()
	return o
}

func (s *shape) sort() {
	slices.SortFunc(s.fields, func(a, b field) int { return cmp.Compare(a.name, b.name) })
}

// structural is the shape that a structural schema describes.
func structural(schema map[string]any) *shape {
	if schema["x-kubernetes-int-or-string"] == true {
		return &shape{class: intOrText}
	}
	out := &shape{class: anything, enum: enumOf(schema)}
	switch schema["type"] {
	case "string":
		out.class = text
	case "boolean":
		out.class = boolean
	case "integer":
		out.class = int64Num
	case "number":
		out.class = decimal
	case "array":
		out.class, out.elem = list, structural(sub(schema, "items"))
		out.keys = keysOf(schema)
	case "object":
		return objectOf(schema)
	}
	return out
}

func objectOf(schema map[string]any) *shape {
	properties := sub(schema, "properties")
	out := &shape{class: object}
	out.open = schema["x-kubernetes-preserve-unknown-fields"] == true || schema["x-kubernetes-embedded-resource"] == true
	switch rest := schema["additionalProperties"].(type) {
	case bool:
		out.open = out.open || rest
	case map[string]any:
		out.open, out.elem = true, structural(rest)
	}
	required := listOf(schema["required"])
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		property := sub(properties, name)
		_, hasDefault := property["default"]
		out.fields = append(out.fields, field{
			name:     name,
			shape:    structural(property),
			required: slices.Contains(required, any(name)) && !hasDefault,
		})
	}
	return out
}

// enumOf are the values that are allowed, nil if one of them is no scalar.
func enumOf(schema map[string]any) []string {
	var out []string
	for _, v := range listOf(schema["enum"]) {
		s, ok := literal(v)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// keysOf is shape.keys. Keys with a default are left alone.
func keysOf(schema map[string]any) []string {
	switch schema["x-kubernetes-list-type"] {
	case "set":
		return []string{""}
	case "map":
	default:
		return nil
	}
	var out []string
	for _, k := range listOf(schema["x-kubernetes-list-map-keys"]) {
		key, _ := k.(string)
		if _, hasDefault := sub(schema, "items", "properties", key)["default"]; key == "" || hasDefault {
			return nil
		}
		out = append(out, key)
	}
	return out
}

// sub is the map at a path of fields, empty if there is none.
func sub(m map[string]any, path ...string) map[string]any {
	for _, name := range path {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func listOf(v any) []any {
	l, _ := v.([]any)
	return l
}
