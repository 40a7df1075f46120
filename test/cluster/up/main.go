// Command up builds the control plane for tests if need be, starts one, and
// says how to reach it; it runs until it is interrupted. With -build it only
// builds: what needs the control plane later then starts at once.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/lotsync/lotsync/test/cluster"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	onlyBuild := flag.Bool("build", false, "build, start nothing")
	flag.Parse()
	if err := up(ctx, *onlyBuild); err != nil {
		fmt.Fprintln(os.Stderr, "up:", err)
		os.Exit(1) //nolint:forbidigo,gocritic // main
	}
}

func up(ctx context.Context, onlyBuild bool) error {
	binary, err := cluster.Build(ctx, os.Stderr)
	if err != nil || onlyBuild {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	plane, err := cluster.Start(ctx, cluster.Options{Binary: binary, Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "export KUBECONFIG=%s\n", plane.Kubeconfig())
	<-ctx.Done()
	return plane.Stop()
}
