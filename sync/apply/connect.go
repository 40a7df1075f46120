package apply

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/flowcontrol"

	"github.com/lotsync/lotsync/sync"
)

// connection is a way to the API server, made from one state of the kubeconfig.
type connection struct {
	kubeconfig []byte
	http       *http.Client
	objects    dynamic.Interface
	paths      rest.Interface
}

// connect gives the connection at hand, or makes a new one if the kubeconfig
// has changed: k3s writes it anew when it makes new certificates.
func (c *Cluster) connect() (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var kubeconfig []byte
	if c.cfg.Kubeconfig != "" {
		var err error
		if kubeconfig, err = os.ReadFile(c.cfg.Kubeconfig); err != nil {
			return nil, fmt.Errorf("%w: kubeconfig: %w", sync.ErrUnavailable, err)
		}
	}
	if c.conn != nil && bytes.Equal(c.conn.kubeconfig, kubeconfig) {
		return c.conn, nil
	}
	conn, err := c.dial(kubeconfig)
	if err != nil {
		return nil, err
	}
	if c.conn != nil {
		c.conn.http.CloseIdleConnections()
	}
	c.conn, c.catalog = conn, nil
	return conn, nil
}

// dial makes a connection; nothing is sent yet.
func (c *Cluster) dial(kubeconfig []byte) (*connection, error) {
	cfg, err := c.restConfig(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", sync.ErrUnavailable, err)
	}
	cfg.UserAgent = "lotsync/" + c.cfg.Version
	cfg.Timeout = c.cfg.Timeout
	cfg.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(c.cfg.QPS, c.cfg.Burst)
	cfg.WarningHandlerWithContext = rest.NoWarnings{}
	if c.cfg.Wrap != nil {
		cfg.Wrap(c.cfg.Wrap)
	}
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("%w: credentials: %w", sync.ErrUnavailable, err)
	}
	objects, err := dynamic.NewForConfigAndClient(cfg, client)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", sync.ErrUnavailable, err)
	}
	plain := rest.CopyConfig(cfg)
	plain.GroupVersion = &schema.GroupVersion{}
	plain.NegotiatedSerializer = serializer.NewCodecFactory(runtime.NewScheme()).WithoutConversion()
	paths, err := rest.RESTClientForConfigAndClient(plain, client)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", sync.ErrUnavailable, err)
	}
	return &connection{kubeconfig: kubeconfig, http: client, objects: objects, paths: paths}, nil
}

func (c *Cluster) restConfig(kubeconfig []byte) (*rest.Config, error) {
	if c.cfg.Kubeconfig == "" {
		cfg, err := rest.InClusterConfig()
		if err != nil {
			return nil, fmt.Errorf("no kubeconfig is set, and this is no pod with an account: %w", err)
		}
		return cfg, nil
	}
	raw, err := clientcmd.Load(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", c.cfg.Kubeconfig, err)
	}
	for _, cluster := range raw.Clusters {
		cluster.LocationOfOrigin = c.cfg.Kubeconfig
	}
	for _, user := range raw.AuthInfos {
		user.LocationOfOrigin = c.cfg.Kubeconfig
	}
	if err := clientcmd.ResolveLocalPaths(raw); err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", c.cfg.Kubeconfig, err)
	}
	cfg, err := clientcmd.NewDefaultClientConfig(*raw, &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", c.cfg.Kubeconfig, err)
	}
	return cfg, nil
}

// get asks for a path, for discovery.
func (n *connection) get(ctx context.Context, path, accept string) ([]byte, error) {
	data, err := n.paths.Get().AbsPath(path).SetHeader("Accept", accept).DoRaw(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	return data, nil
}
