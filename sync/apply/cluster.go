// Package apply brings bundles into a Kubernetes cluster: by server-side apply
// in stages, after the whole bundle was tried on the server, with an inventory
// in the cluster by which to delete what left Git.
package apply

import (
	"errors"
	"net/http"
	gosync "sync"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
)

// DefaultNamespace is where the inventory is kept unless the configuration says
// otherwise. It is made if it is not there.
const DefaultNamespace = "lotsync-system"

// Config says which cluster, and on whose behalf.
type Config struct {
	// Site is the lot.
	Site sync.Site
	// Kubeconfig is the path of a kubeconfig. It is read again when it changes.
	// Empty: the account of the pod that the agent runs in.
	Kubeconfig string
	// Namespace holds the inventory. An agent with a namespaced Role keeps it
	// where that Role is.
	Namespace string
	// Version is the agent's, shown to the API server.
	Version string
	// Timeout bounds each request.
	Timeout time.Duration
	// Ready bounds the wait for a CustomResourceDefinition to be served.
	Ready time.Duration
	// QPS and Burst bound the requests a second.
	QPS   float32
	Burst int
	// Parallel is how many requests are under way at a time.
	Parallel int
	// Wrap, if set, sees every request.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// DefaultConfig is what suits a single node. Site must be set.
func DefaultConfig() Config {
	return Config{
		Namespace: DefaultNamespace,
		Version:   "devel",
		Timeout:   30 * time.Second,
		Ready:     time.Minute,
		QPS:       100,
		Burst:     200,
		Parallel:  4,
	}
}

// Cluster implements sync.Cluster. It is safe for one caller at a time.
type Cluster struct {
	cfg Config

	mu   gosync.Mutex
	conn *connection
	// catalog is what the API server was last seen to have.
	catalog *discovery.Catalog
}

// New makes a Cluster. It asks nobody: the API server may not be up yet.
func New(cfg Config) (*Cluster, error) {
	if cfg.Site == "" {
		return nil, errors.New("cluster: no site given")
	}
	if cfg.Namespace == "" {
		return nil, errors.New("cluster: no namespace given for the inventory")
	}
	if cfg.Parallel < 1 || cfg.Timeout <= 0 || cfg.Ready <= 0 {
		return nil, errors.New("cluster: Parallel, Timeout and Ready must be above zero: begin with DefaultConfig")
	}
	return &Cluster{cfg: cfg}, nil
}
