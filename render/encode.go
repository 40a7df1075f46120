package render

import (
	"bytes"
	"fmt"

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
		if err := encoder.Encode(o); err != nil {
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
