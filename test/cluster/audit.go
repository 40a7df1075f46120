package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
)

// AuditEvent is one answered request to the API server.
type AuditEvent struct {
	Verb        string // get, list, watch, create, update, patch, delete, deletecollection
	User        string // "system:serviceaccount:NAMESPACE:NAME" for a ServiceAccount
	UserAgent   string
	Group       string // API group of the resource; empty: the core group
	Resource    string // plural, lower case; empty for a path that is no resource
	Subresource string
	Namespace   string
	Name        string
	DryRun      bool // the request asked for nothing to be kept
	Code        int  // HTTP status of the answer
	URI         string
}

// Writes says whether the request asked for a change that is kept. Refused
// requests count: whoever wrote nothing did not ask. Reviews of tokens and
// rights do not: they are questions that happen to be created.
func (e AuditEvent) Writes() bool {
	switch e.Verb {
	case "get", "list", "watch", "head", "options":
		return false
	}
	return !e.DryRun && !strings.HasSuffix(e.Resource, "reviews")
}

// String is one line for a test's message.
func (e AuditEvent) String() string {
	return fmt.Sprintf("%s %s -> %d (%s, %s)", e.Verb, e.URI, e.Code, e.User, e.UserAgent)
}

// AuditMark is a moment in the audit log.
type AuditMark int64

// AuditLog is the path of the audit log: one JSON event a line.
func (c *ControlPlane) AuditLog() string { return c.file("audit.log") }

// Mark returns the present moment of the audit log.
func (c *ControlPlane) Mark() (AuditMark, error) {
	info, err := os.Stat(c.AuditLog())
	if err != nil {
		return 0, fmt.Errorf("audit log: %w", err)
	}
	return AuditMark(info.Size()), nil
}

// AuditSince returns what the API server has answered since a mark, in the
// order of the answers, but for our own requests (Call and what uses it). Every
// request that was answered before the call is in it. The control plane's own
// programs are in it too: select by User or UserAgent.
func (c *ControlPlane) AuditSince(ctx context.Context, since AuditMark) ([]AuditEvent, error) {
	if err := c.flushAudit(ctx, since); err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	events, err := c.readAudit(since)
	return slices.DeleteFunc(events, func(e AuditEvent) bool { return e.UserAgent == userAgent }), err
}

// flushAudit sends a request and waits until the log has it: what was answered
// before it is in the log by then. What tells it from others is chance.
func (c *ControlPlane) flushAudit(ctx context.Context, since AuditMark) error {
	path := "/version?mark=" + rand.Text()
	if _, err := c.Call(ctx, http.MethodGet, path, nil); err != nil {
		return err
	}
	return c.await(ctx, "the audit log", func(context.Context) error {
		events, err := c.readAudit(since)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(events, func(e AuditEvent) bool { return e.URI == path }) {
			return errors.New("the last request is not in it yet")
		}
		return nil
	})
}

func (c *ControlPlane) readAudit(since AuditMark) ([]AuditEvent, error) {
	file, err := os.Open(c.AuditLog())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(int64(since), io.SeekStart); err != nil {
		return nil, err
	}
	return ParseAudit(file)
}
