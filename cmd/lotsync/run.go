package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	stdsync "sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
)

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Run the agent",
		Long: `Keep the lot in step until SIGTERM. SIGHUP syncs now. /healthz, /readyz and
/metrics are served on --listen, the technician's socket on --socket.

Exit codes: 0 stopped, 1 cannot start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context()) },
	}
}

// gcPercent has the garbage collector run early: a lot's node has hours of CPU
// between two passes, and no megabyte to spare. GOGC overrides it.
const gcPercent = 25

// run starts the agent and what people see of it. Everything ends with ctx, or
// with the first part that fails.
func (a *app) run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	parts, err := a.assemble(nil)
	if err != nil {
		return err
	}
	defer parts.close()
	if err := service.ForgetStart(); err != nil { // the agent works as well with more memory
		a.log.WarnContext(ctx, "the memory of the start is not given back", "error", err)
	}
	group, ctx := newGroup(ctx)
	if err := a.serve(ctx, parts, group); err != nil {
		return errors.Join(err, group.stop())
	}
	group.add(func() error { return parts.agent.Run(ctx) })
	group.add(func() error { a.onHangup(ctx, parts.agent); return nil })
	group.add(func() error {
		return service.Watchdog(ctx, func() bool { return service.Late(parts.agent.Status(), time.Now()) < time.Hour })
	})
	if err := service.Ready(); err != nil {
		a.log.WarnContext(ctx, "systemd could not be told that the agent is up", "error", err)
	}
	a.log.InfoContext(ctx, "the agent runs", "site", a.spec.Site, "version", version, "listen", a.spec.Listen, "socket", a.spec.Socket)
	group.add(func() error { <-ctx.Done(); return service.Stopping() })
	err = group.wait()
	a.log.InfoContext(ctx, "the agent has stopped")
	return err
}

// serve opens the probes' address and the socket before the first pass, so that
// an address in use is an error at once.
func (a *app) serve(ctx context.Context, parts *parts, g *group) error {
	listen := net.ListenConfig{}
	if a.spec.Listen != "" {
		l, err := listen.Listen(ctx, "tcp", a.spec.Listen)
		if err != nil {
			return fmt.Errorf("probes: %w: set --listen to a free address, or to nothing", err)
		}
		g.add(func() error {
			return service.Serve(ctx, l, service.Probes(parts.agent, parts.metrics.Handler(), time.Now))
		})
	}
	if a.spec.Socket != "" {
		l, err := service.ListenSocket(ctx, a.spec.Socket)
		if err != nil {
			return err
		}
		g.add(func() error { return a.serveSocket(ctx, l, service.Socket(parts.agent)) })
	}
	return nil
}

func (a *app) serveSocket(ctx context.Context, l net.Listener, h http.Handler) error {
	defer os.Remove(a.spec.Socket)
	return service.Serve(ctx, l, h)
}

// onHangup syncs at each SIGHUP.
func (a *app) onHangup(ctx context.Context, agent *sync.Agent) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			agent.Kick(sync.Ask{Poll: true, Drift: true, Now: true})
		}
	}
}

// group runs functions until the first fails or ctx ends.
type group struct {
	cancel context.CancelFunc
	done   stdsync.WaitGroup
	mu     stdsync.Mutex
	errs   []error
}

func newGroup(ctx context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	return &group{cancel: cancel}, ctx
}

func (g *group) add(f func() error) {
	g.done.Go(func() {
		if err := f(); err != nil {
			g.mu.Lock()
			g.errs = append(g.errs, err)
			g.mu.Unlock()
			g.cancel()
		}
	})
}

func (g *group) wait() error {
	g.done.Wait()
	g.cancel()
	return errors.Join(g.errs...)
}

func (g *group) stop() error {
	g.cancel()
	return g.wait()
}
