package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lotsync/lotsync/test/controlplane/hollow"
)

// runHollow is the program "hollow": a stand-in for a kubelet.
func runHollow() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := hollowNode(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "hollow:", err)
		return 1
	}
	return 0
}

func hollowNode(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("hollow", flag.ContinueOnError)
	flags.SetOutput(stderr)
	kubeconfig := flags.String("kubeconfig", "", "`file` with the address of the API server and the node's credentials")
	name := flags.String("node-name", "", "`name` of the node")
	labels := flags.String("node-labels", "", "labels of the node: `key=value,…`")
	taints := flags.String("node-taints", "", "taints of the node: `key=value:Effect,…`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	node, err := hollow.ParseNode(*name, *labels, *taints)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 500, 1000 // one node for every test at once
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	return hollow.Run(ctx, client, node)
}
