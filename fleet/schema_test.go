package fleet

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite fleet/schema/*.json")

// TestThePublishedSchemasAreCurrent generates the JSON schemas from the Go
// types and their comments.
func TestThePublishedSchemasAreCurrent(t *testing.T) {
	t.Parallel()
	docs := fieldDocs(t)
	for name, root := range map[string]reflect.Type{kindFleet: reflect.TypeFor[Fleet](), kindSite: reflect.TypeFor[Site]()} {
		schema := schemaOf(t, root, docs)
		schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
		schema["title"] = name
		properties, ok := schema["properties"].(map[string]any)
		if !ok {
			t.Fatal("no properties")
		}
		properties["apiVersion"] = map[string]any{"const": APIVersion}
		properties["kind"] = map[string]any{"const": name}
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(schema); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("schema", strings.ToLower(name)+".json")
		if *update {
			if err := os.WriteFile(file, want.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is stale: run go test ./fleet -run Schemas -update", file)
		}
	}
}

// schemaOf fails the test for a kind of type that the parser does not know.
func schemaOf(t *testing.T, typ reflect.Type, docs map[string]string) map[string]any {
	t.Helper()
	switch typ.Kind() { //nolint:exhaustive // the rest fails the test
	case reflect.Pointer:
		return schemaOf(t, typ.Elem(), docs)
	case reflect.Struct:
		return structSchema(t, typ, docs)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t, typ.Elem(), docs)}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t, typ.Elem(), docs)}
	case reflect.Int:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return stringSchema(typ)
	}
	t.Fatalf("%s: the parser knows no such type", typ)
	return nil
}

func structSchema(t *testing.T, typ reflect.Type, docs map[string]string) map[string]any {
	t.Helper()
	properties, required := map[string]any{}, []string{}
	for f := range typ.Fields() {
		s := schemaOf(t, f.Type, docs)
		if doc := docs[typ.Name()+"."+f.Name]; doc != "" {
			s["description"] = doc
		}
		properties[fieldName(f)] = s
		if !strings.HasSuffix(f.Tag.Get("yaml"), ",omitempty") {
			required = append(required, fieldName(f))
		}
	}
	out := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func stringSchema(typ reflect.Type) map[string]any {
	out := map[string]any{"type": "string"}
	s, special := reflect.TypeAssert[scalar](reflect.Zero(typ))
	if !special {
		return out
	}
	if f := s.form(); f.Enum != nil {
		out["enum"] = f.Enum
	}
	if f := s.form(); f.Pattern != "" {
		out["pattern"] = f.Pattern
	}
	if f := s.form(); f.Format != "" {
		out["format"] = f.Format
	}
	return out
}

// fieldDocs are the comments of the fields of this package's types, by
// Type.Field. An exported field of a spec without one fails the test.
func fieldDocs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range []string{"types.go", "edge.go", "rollout.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			structure, ok := spec.Type.(*ast.StructType)
			if !ok {
				return false
			}
			for _, f := range structure.Fields.List {
				doc := strings.Join(strings.Fields(f.Doc.Text()), " ")
				if doc == "" && spec.Name.Name != kindFleet && spec.Name.Name != kindSite {
					t.Errorf("%s.%s has no comment: the schema shows it", spec.Name.Name, f.Names[0].Name)
				}
				out[spec.Name.Name+"."+f.Names[0].Name] = doc
			}
			return false
		})
	}
	return out
}
