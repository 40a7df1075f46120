// Package cluster builds and runs a real Kubernetes control plane on this
// machine, for tests and for the demonstration: etcd, kube-apiserver, the
// controllers and the scheduler, with a hollow node in a kubelet's place
// (test/controlplane says what that is and is not).
//
// It needs Linux and Go, nothing else: no root, no container, no network but
// loopback. The programs are one binary, built once and kept in the user's
// cache directory; they end with the process that started them, however that
// ends.
//
//	binary, err := cluster.Build(ctx, os.Stderr)
//	…
//	plane, err := cluster.Start(ctx, cluster.Options{Binary: binary})
//	…
//	defer plane.Stop()
//
// Tests use the package clustertest, which does this once for all tests of a
// package.
package cluster
