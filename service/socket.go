package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/lotsync/lotsync/sync"
)

// socketMode lets root and the socket's group in, nobody else.
const socketMode = 0o660

// ListenSocket makes the unix socket at path. One that a killed agent left
// behind is replaced: the caller holds the state directory's lock, so no other
// agent of this lot answers there. Anything else at path is left alone, and an
// error. It sets the process's umask for a moment.
func ListenSocket(ctx context.Context, path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, fmt.Errorf("socket: %s is there already and is no socket: set --socket to another path, or remove it", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("socket: %w", err)
	}
	// The socket is born with its mode: with a chmod after it, anybody could
	// connect in between.
	before := syscall.Umask(0o777 &^ socketMode)
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	syscall.Umask(before)
	if err != nil {
		return nil, fmt.Errorf("socket: %w: set --socket to a path in a folder that exists and is yours, or to nothing", err)
	}
	return l, nil
}

// ErrNoAgent says that no agent answers on the socket.
var ErrNoAgent = errors.New("no agent answers")

// Client talks to the agent that runs on this node.
type Client struct{ http *http.Client }

// NewClient makes a client of the socket at path; it does not connect yet.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Status asks the agent what it knows now.
func (c *Client) Status(ctx context.Context) (sync.Status, error) {
	var st sync.Status
	return st, c.do(ctx, http.MethodGet, "/status", &st)
}

// Sync has the agent make a pass. With wait it answers when the lot does not
// settle any more; now passes over a backoff.
func (c *Client) Sync(ctx context.Context, now, wait bool) (sync.Outcome, error) {
	q := url.Values{}
	if now {
		q.Set("now", "")
	}
	if wait {
		q.Set("wait", "")
	}
	var out sync.Outcome
	return out, c.do(ctx, http.MethodPost, "/sync?"+q.Encode(), &out)
}

// Poll has the agent make the pass that its schedule would: ask Git, and carry
// out what is new. It does not wait until that is good.
func (c *Client) Poll(ctx context.Context) (sync.Outcome, error) {
	var out sync.Outcome
	return out, c.do(ctx, http.MethodPost, "/poll", &out)
}

func (c *Client) do(ctx context.Context, method, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://lotsync"+path, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: %w", ErrNoAgent, op)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("the agent's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the agent says: %s", strings.TrimSpace(string(data)))
	}
	return json.Unmarshal(data, into)
}
