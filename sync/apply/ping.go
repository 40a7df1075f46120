package apply

import (
	"context"
	"encoding/json"
	"fmt"
)

// Ping asks the API server for its version, such as "v1.34.4". It fails with
// sync.ErrUnavailable when there is no answer.
func (c *Cluster) Ping(ctx context.Context) (version string, err error) {
	conn, err := c.connect()
	if err != nil {
		return "", err
	}
	data, err := conn.get(ctx, "/version", "application/json")
	if err != nil {
		return "", err
	}
	var v struct {
		GitVersion string `json:"gitVersion"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return "", fmt.Errorf("the API server's version: %w", err)
	}
	return v.GitVersion, nil
}
