package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// askEvery is the pause between two looks at something that is not ready yet.
const askEvery = 50 * time.Millisecond

// await asks until ready says yes (a nil error), a program has ended, or ctx does.
func (c *ControlPlane) await(ctx context.Context, what string, ready func(context.Context) error) error {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			c.options.Log.DebugContext(ctx, "ready", "part", what)
			return nil
		}
		if dead := c.dead(); dead != nil {
			return fmt.Errorf("waiting for %s: %w", what, dead)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w (%w); the programs' output is in %s", what, ctx.Err(), err, c.file("logs"))
		case <-tick.C:
		}
	}
}

// dead says which programs have ended that should run.
func (c *ControlPlane) dead() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []error
	for _, p := range c.running {
		all = append(all, p.dead())
	}
	return errors.Join(all...)
}

func (c *ControlPlane) apiReady(ctx context.Context) error {
	_, err := c.Call(ctx, http.MethodGet, "/readyz", nil)
	return err
}

// controllersReady: a namespace has its default ServiceAccount, which pods need.
func (c *ControlPlane) controllersReady(ctx context.Context) error {
	return c.hasAccount(ctx, "default")
}

// nodeReady: the node is ready, and what it was tainted with for not having
// been is gone.
func (c *ControlPlane) nodeReady(ctx context.Context) error {
	var node struct {
		Spec   struct{ Taints []struct{ Key string } }
		Status struct {
			Conditions []struct{ Type, Status string }
		}
	}
	if err := c.read(ctx, "/api/v1/nodes/"+c.options.NodeName, &node); err != nil {
		return err
	}
	for _, taint := range node.Spec.Taints {
		if strings.HasPrefix(taint.Key, "node.kubernetes.io/") {
			return fmt.Errorf("node %s is tainted %s", c.options.NodeName, taint.Key)
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == "Ready" && condition.Status == "True" {
			return nil
		}
	}
	return fmt.Errorf("node %s is not ready", c.options.NodeName)
}
