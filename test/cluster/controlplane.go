package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

// startLimit bounds how long the control plane may take to become ready.
const startLimit = 2 * time.Minute

// ControlPlane is a running control plane. Its methods may be called by several
// goroutines at once.
type ControlPlane struct {
	options   Options
	temporary bool // the folder is ours to remove
	ports     ports
	ca        []byte
	client    *http.Client // speaks as admin

	mu      sync.Mutex // guards running
	running map[string]*process
}

// Start starts a control plane and returns when it serves: the API is ready,
// the controllers work, and pods can be scheduled to the node. ctx bounds the
// start only; Stop ends the control plane, and so does the end of this process.
func Start(ctx context.Context, options Options) (*ControlPlane, error) {
	options, temporary, err := options.complete()
	if err != nil {
		return nil, fmt.Errorf("control plane: %w", err)
	}
	c := &ControlPlane{options: options, temporary: temporary, running: map[string]*process{}}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("control plane: %w", err), c.Stop())
	}
	return c, nil
}

func (c *ControlPlane) start(ctx context.Context) error {
	var err error
	if c.ports, err = freePorts(ctx); err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	return c.boot(ctx)
}

// boot starts every program and waits until pods can be scheduled. The order is
// of haste, not need: each waits for what it depends on, but the controllers
// and the scheduler wait longer than we do.
func (c *ControlPlane) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := c.spawn(ctx, c.etcd(), c.apiServer()); err != nil {
		return err
	}
	if err := c.await(ctx, "the API server", c.apiReady); err != nil {
		return err
	}
	if err := c.spawn(ctx, c.controllers(), c.scheduler(), c.hollow()); err != nil {
		return err
	}
	if err := c.await(ctx, "the controllers", c.controllersReady); err != nil {
		return err
	}
	return c.await(ctx, "the node", c.nodeReady)
}

func (c *ControlPlane) spawn(ctx context.Context, programs ...invocation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, program := range programs {
		p, err := spawn(ctx, c.options.Binary, c.file("logs"), program)
		if err != nil {
			return err
		}
		c.running[program.name] = p
		c.options.Log.DebugContext(ctx, "started", "program", program.name, "pid", p.cmd.Process.Pid)
	}
	return nil
}

// Stop ends the control plane at once, and removes its folder if that was a
// temporary one. It may be called again.
func (c *ControlPlane) Stop() error {
	c.killAll()
	if !c.temporary {
		return nil
	}
	return os.RemoveAll(c.options.Dir)
}

func (c *ControlPlane) killAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, p := range c.running {
		p.kill()
		delete(c.running, name)
	}
	if c.client != nil {
		c.client.CloseIdleConnections()
	}
}

// URL is the address of the API server; it stays the same when the API server
// is stopped and started again.
func (c *ControlPlane) URL() string { return fmt.Sprintf("https://127.0.0.1:%d", c.ports.api) }

// Kubeconfig is the path of a kubeconfig with all rights.
func (c *ControlPlane) Kubeconfig() string { return c.file("admin.kubeconfig") }

// Dir is the folder that holds everything of the control plane; the output of
// the programs is in logs/.
func (c *ControlPlane) Dir() string { return c.options.Dir }
