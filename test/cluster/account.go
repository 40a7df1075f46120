package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// tokenRequest asks for a token that outlives any test, in seconds.
const tokenRequest = `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":86400}}` //nolint:gosec // a request, no credential

// KubeconfigFor writes a kubeconfig with a token of a ServiceAccount, and so
// with that account's rights only, and returns its path. The account must exist.
func (c *ControlPlane) KubeconfigFor(ctx context.Context, namespace, serviceAccount string) (string, error) {
	path := fmt.Sprintf("/api/v1/namespaces/%s/serviceaccounts/%s/token",
		url.PathEscape(namespace), url.PathEscape(serviceAccount))
	answer, err := c.Call(ctx, http.MethodPost, path, []byte(tokenRequest))
	if err != nil {
		return "", fmt.Errorf("token of ServiceAccount %s/%s: %w", namespace, serviceAccount, err)
	}
	var issued struct {
		Status struct{ Token string }
	}
	if err := json.Unmarshal(answer, &issued); err != nil {
		return "", fmt.Errorf("token of ServiceAccount %s/%s: %w", namespace, serviceAccount, err)
	}
	file := c.file(fmt.Sprintf("serviceaccount.%s.%s.kubeconfig", namespace, serviceAccount))
	return file, writeKubeconfig(file, c.URL(), c.ca, user{name: serviceAccount, token: issued.Status.Token})
}
