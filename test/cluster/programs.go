package cluster

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// The programs, by the names that the binary knows them by.
const (
	etcd        = "etcd"
	apiServer   = "kube-apiserver"
	controllers = "kube-controller-manager"
	scheduler   = "kube-scheduler"
	hollow      = "hollow"
)

// hollowAddress is an address that documentation is written with. The API
// server wants one to advertise that is not loopback; nobody connects to it.
const hollowAddress = "192.0.2.1"

// invocation is a program and its flags.
type invocation struct {
	name string
	args []string
}

func (c *ControlPlane) etcd() invocation {
	client, peer := local(c.ports.etcd), local(c.ports.peer)
	return invocation{etcd, []string{
		"--data-dir=" + c.database(),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer,
		"--unsafe-no-fsync", "--log-level=warn",
	}}
}

func (c *ControlPlane) apiServer() invocation {
	return invocation{apiServer, []string{
		"--etcd-servers=" + local(c.ports.etcd),
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", c.ports.api),
		"--advertise-address=" + hollowAddress, "--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.43.0.0/16", "--allow-privileged=true",
		// No NodeRestriction: the hollow node may set any label on itself.
		"--authorization-mode=Node,RBAC", "--anonymous-auth=false",
		"--client-ca-file=" + c.file("ca.crt"),
		"--tls-cert-file=" + c.file("apiserver.crt"), "--tls-private-key-file=" + c.file("apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.file("tokens.pub"), "--service-account-signing-key-file=" + c.file("tokens.key"),
		"--audit-policy-file=" + c.file("audit-policy.yaml"), "--audit-log-path=" + c.AuditLog(),
		// Rotation would cut the log under its readers.
		"--audit-log-maxsize=100000",
		"--profiling=false",
	}}
}

func (c *ControlPlane) controllers() invocation {
	return invocation{controllers, []string{
		"--kubeconfig=" + c.file(controllers+".kubeconfig"), "--kube-api-qps=500", "--kube-api-burst=1000",
		"--secure-port=0", "--leader-elect=false", "--use-service-account-credentials=true",
		"--root-ca-file=" + c.file("ca.crt"), "--service-account-private-key-file=" + c.file("tokens.key"),
	}}
}

func (c *ControlPlane) scheduler() invocation {
	return invocation{scheduler, []string{
		"--kubeconfig=" + c.file(scheduler+".kubeconfig"), "--kube-api-qps=500", "--kube-api-burst=1000",
		"--secure-port=0", "--leader-elect=false",
	}}
}

func (c *ControlPlane) hollow() invocation {
	labels := make([]string, 0, len(c.options.NodeLabels))
	for _, key := range slices.Sorted(maps.Keys(c.options.NodeLabels)) {
		labels = append(labels, key+"="+c.options.NodeLabels[key])
	}
	return invocation{hollow, []string{
		"--kubeconfig=" + c.file(hollow+".kubeconfig"), "--node-name=" + c.options.NodeName,
		"--node-labels=" + strings.Join(labels, ","),
		"--node-taints=" + strings.Join(c.options.NodeTaints, ","),
	}}
}

func (c *ControlPlane) file(name string) string { return filepath.Join(c.options.Dir, name) }

func (c *ControlPlane) database() string { return c.file("etcd") }

func local(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }
