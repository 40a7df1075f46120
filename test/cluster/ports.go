package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net"
)

// Ports are chosen below those that the kernel gives to outgoing connections
// (a client that calls a stopped API server could otherwise reach itself) and
// below the node ports of Services.
const (
	firstPort = 20000
	lastPort  = 29999
	portTries = 100
)

// ports are the loopback ports of one control plane.
type ports struct{ etcd, peer, api int }

// freePorts finds ports that nobody listens on now.
func freePorts(ctx context.Context) (ports, error) {
	var found [3]int
	for i := range found {
		listener, err := listenAnywhere(ctx)
		if err != nil {
			return ports{}, err
		}
		defer listener.Close() // until then the next search does not find it
		address, ok := listener.Addr().(*net.TCPAddr)
		if !ok {
			return ports{}, fmt.Errorf("port: %s is no TCP address", listener.Addr())
		}
		found[i] = address.Port
	}
	return ports{etcd: found[0], peer: found[1], api: found[2]}, nil
}

func listenAnywhere(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	var failures []error
	for range portTries {
		n, err := rand.Int(rand.Reader, big.NewInt(lastPort-firstPort+1))
		if err != nil {
			return nil, fmt.Errorf("port: %w", err)
		}
		listener, err := config.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", firstPort+n.Int64()))
		if err == nil {
			return listener, nil
		}
		failures = append(failures, err)
	}
	return nil, fmt.Errorf("no free port from %d to %d: %w", firstPort, lastPort, errors.Join(failures...))
}
