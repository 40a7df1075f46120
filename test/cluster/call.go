package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	callLimit = 10 * time.Second
	// userAgent tells our own requests from others in the audit log.
	userAgent = "lotsync-test-cluster"
)

// StatusError is an answer of the API server that is not a success.
type StatusError struct {
	Code    int    // of HTTP
	Message string // what the API server says
}

func (e *StatusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.Code, e.Message) }

// Call sends one request to the API server with all rights and returns the body
// of the answer. path begins with a slash and may have a query. body is JSON or
// empty; that of a PATCH is a merge patch. An answer that is not a success is a
// *StatusError.
func (c *ControlPlane) Call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.URL()+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("call: %s %s: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("call: %s %s: %w", method, path, refusal(response.StatusCode, answer))
	}
	return answer, nil
}

// refusal takes the message out of a Status object, if the answer is one.
func refusal(code int, answer []byte) *StatusError {
	var status struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &status) != nil || status.Message == "" {
		status.Message = string(answer)
	}
	return &StatusError{Code: code, Message: status.Message}
}

// read sends a GET and decodes the answer into out.
func (c *ControlPlane) read(ctx context.Context, path string, out any) error {
	answer, err := c.Call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}
