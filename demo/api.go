package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const callLimit = 15 * time.Second

// api asks the API server itself, past the agent.
type api struct {
	http      *http.Client
	server    string
	resources map[string]map[string]resource // by apiVersion, by kind
}

// statusError is an answer that is not a success.
type statusError struct {
	code    int
	message string
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.code, e.message) }

func notFound(err error) bool {
	status := (*statusError)(nil)
	return errors.As(err, &status) && status.code == http.StatusNotFound
}

func newAPI(kubeconfig string) (*api, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", kubeconfig, err)
	}
	cfg.UserAgent = "demo-of-lotsync" // the agent's begins with lotsync/
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", kubeconfig, err)
	}
	server := cfg.Host
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	return &api{http: client, server: strings.TrimSuffix(server, "/"), resources: map[string]map[string]resource{}}, nil
}

// call sends one request. The body of a PATCH is a merge patch.
func (a *api) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	resp, err := a.send(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return data, nil
}

func (a *api) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // the status says enough
		var status struct{ Message string }
		if json.Unmarshal(text, &status) != nil || status.Message == "" {
			status.Message = string(text)
		}
		return nil, fmt.Errorf("%s %s: %w", method, path, &statusError{resp.StatusCode, status.Message})
	}
	return resp, nil
}

// read decodes the answer to a GET.
func (a *api) read(ctx context.Context, path string, into any) error {
	data, err := a.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

// remove deletes what is at path, in the background; nothing there is well, too.
func (a *api) remove(ctx context.Context, path string) error {
	_, err := a.call(ctx, http.MethodDelete, path, []byte(`{"propagationPolicy":"Background"}`))
	if notFound(err) {
		return nil
	}
	return err
}
