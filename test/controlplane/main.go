// Command controlplane is a whole Kubernetes control plane in one file, for
// tests and demonstrations: the first argument names the program that it acts
// as, the rest are that program's own flags.
//
//	controlplane etcd --data-dir …
//	controlplane kube-apiserver --etcd-servers …
//	controlplane kube-controller-manager --kubeconfig …
//	controlplane kube-scheduler --kubeconfig …
//	controlplane hollow --kubeconfig … --node-name …
//	controlplane kubectl --kubeconfig … get pods
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// exitUsage is the exit code of a call that names no program.
const exitUsage = 2

func main() {
	all := programs()
	if len(os.Args) < 2 || all[os.Args[1]] == nil {
		usage(os.Stderr, all)
		os.Exit(exitUsage) //nolint:forbidigo // this is main
	}
	// Each program reads its flags from os.Args and calls itself by its first word.
	os.Args = os.Args[1:]
	os.Exit(all[os.Args[0]]()) //nolint:forbidigo // this is main
}

func usage(w io.Writer, all map[string]program) {
	names := slices.Sorted(maps.Keys(all))
	fmt.Fprintf(w, "usage: controlplane %s [flags]\n", strings.Join(names, "|"))
}
