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
