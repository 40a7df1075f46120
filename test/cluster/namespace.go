package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// namespaceLimit bounds how long the controllers may take to furnish a namespace.
const namespaceLimit = 30 * time.Second

// NewNamespace makes a namespace whose name begins with prefix, and returns its
// name once it has its default ServiceAccount: pods can be made in it.
func (c *ControlPlane) NewNamespace(ctx context.Context, prefix string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, namespaceLimit)
	defer cancel()
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"generateName":%q}}`, prefix)
	answer, err := c.Call(ctx, http.MethodPost, "/api/v1/namespaces", []byte(body))
	if err != nil {
		return "", fmt.Errorf("new namespace: %w", err)
	}
	var made struct{ Metadata struct{ Name string } }
	if err := json.Unmarshal(answer, &made); err != nil {
		return "", fmt.Errorf("new namespace: %w", err)
	}
	name := made.Metadata.Name
	return name, c.await(ctx, "the ServiceAccount of namespace "+name, func(ctx context.Context) error {
		return c.hasAccount(ctx, name)
	})
}

// hasAccount: the namespace has the ServiceAccount that the controllers make
// and pods need.
func (c *ControlPlane) hasAccount(ctx context.Context, namespace string) error {
	_, err := c.Call(ctx, http.MethodGet, "/api/v1/namespaces/"+namespace+"/serviceaccounts/default", nil)
	return err
}
