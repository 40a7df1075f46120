package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errNotRunning: the API server was asked for something that only a running
// one can do.
var errNotRunning = errors.New("the API server does not run: call StartAPI first")

// StopAPI kills the API server, and it alone: its port refuses connections, the
// database and all else run on. Stopping a stopped one does nothing.
func (c *ControlPlane) StopAPI() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.running[apiServer]; p != nil {
		p.kill()
		delete(c.running, apiServer)
	}
	c.client.CloseIdleConnections()
	return nil
}

// StartAPI starts the API server again, on the same port and data, and returns
// when it serves. After a long outage the controllers may take some seconds
// more to notice. Starting a running one only waits until it is ready.
func (c *ControlPlane) StartAPI(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if !c.runs(apiServer) {
		if err := c.spawn(ctx, c.apiServer()); err != nil {
			return fmt.Errorf("start API: %w", err)
		}
	}
	if err := c.await(ctx, "the API server", c.apiReady); err != nil {
		return fmt.Errorf("start API: %w", err)
	}
	return nil
}

// PauseAPI stops the API server in its tracks: connections are accepted and
// never answered, as on a link that swallows everything.
func (c *ControlPlane) PauseAPI() error { return c.signalAPI(syscall.SIGSTOP) }

// ResumeAPI lets a paused API server go on.
func (c *ControlPlane) ResumeAPI() error { return c.signalAPI(syscall.SIGCONT) }

func (c *ControlPlane) signalAPI(s os.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.running[apiServer]
	if p == nil {
		return errNotRunning
	}
	return p.signal(s)
}

func (c *ControlPlane) runs(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[name] != nil
}

// EmptyDatabase loses every object, as when the cluster's database died, and
// returns when the empty cluster serves, at the same address and to the same
// users. Tokens of ServiceAccounts are lost with their accounts.
func (c *ControlPlane) EmptyDatabase(ctx context.Context) error {
	c.killAll()
	if err := os.RemoveAll(c.database()); err != nil {
		return fmt.Errorf("empty database: %w", err)
	}
	if err := c.boot(ctx); err != nil {
		return fmt.Errorf("empty database: %w", err)
	}
	return nil
}
