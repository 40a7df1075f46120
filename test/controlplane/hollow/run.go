package hollow

import (
	"context"
	"log/slog"
	"os"
	"sync"

	"k8s.io/client-go/kubernetes"
)

// Run registers node, keeps it ready and looks after its pods until ctx ends.
// While the API server is away it tries again.
func Run(ctx context.Context, client kubernetes.Interface, node Node) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil)).With("node", node.Name)
	pods, err := newPods(client, node.Name, logger)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	defer work.Wait()
	work.Add(1)
	go func() {
		defer work.Done()
		heartbeat(ctx, client, node, logger)
	}()
	pods.run(ctx)
	return nil
}
