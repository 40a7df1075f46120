package render

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lotsync/lotsync/render/edge"
)

// encode writes a YAML stream with sorted fields: equal objects give equal
// bytes.
func encode(objects []edge.Object, limit int) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	for _, o := range objects {
		if err := encoder.Encode(writable(o)); err != nil {
			return nil, fmt.Errorf("%s: encode: %w", edge.RefOf(o), err)
		}
		if out.Len() > limit {
			return nil, fmt.Errorf("the rendered objects take more than %d bytes: split the lot, or move large ConfigMaps out of it", limit)
		}
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return out.Bytes(), nil
}

// writable is v with those texts quoted that the encoder would write in a way
// that older YAML parsers do not read: blocks of lines that begin with white
// space.
func writable(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = writable(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = writable(item)
		}
		return out
	case string:
		if strings.Contains(v, "\n") && strings.ContainsAny(v[:1], " \t\n") {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: v}
		}
	}
	return v
}

// mostBytes is more than encode can make of the objects.
func mostBytes(objects []edge.Object) int {
	n := 0
	for _, o := range objects {
		n += most(o, 1) + 8
	}
	return n
}

// most is more than encode can make of a value, depth levels down. A byte takes
// at most six as an escape, and a line its indentation.
func most(v any, depth int) int {
	const line = 8
	indent := 2 * depth
	switch v := v.(type) {
	case map[string]any:
		n := line
		for key, value := range v {
			n += 6*len(key) + 2*(indent+line) + most(value, depth+1)
		}
		return n
	case []any:
		n := line
		for _, item := range v {
			n += indent + line + most(item, depth+1)
		}
		return n
	case string:
		return 6*len(v) + strings.Count(v, "\n")*(indent+line) + line
	}
	return 40 // a number, true, false or null
}
