package bench

import (
	"context"
	"os"
	"path/filepath"

	"github.com/lotsync/lotsync/test/bench/pull"
	"github.com/lotsync/lotsync/test/gitserver"
)

// server is where the fleet is served, over HTTP or SSH.
type server struct {
	addr string
	// address makes a job's URL and credentials for who comes through a proxy.
	address func(proxy string, job *pull.Job) error
	stop    func() error
}

// rules are what large hosts promise.
func rules() gitserver.Rules { return gitserver.Rules{Filter: true, Strict: true} }

func serveHTTP(ctx context.Context, root string) (server, error) {
	s, err := gitserver.New(ctx, gitserver.Options{Root: root, Rules: rules()})
	if err != nil {
		return server{}, err
	}
	address := func(proxy string, job *pull.Job) error {
		job.URL = "http://" + proxy + "/" + repository
		return nil
	}
	return server{addr: s.Addr(), address: address, stop: s.Close}, nil
}

func serveSSH(ctx context.Context, root string) (server, error) {
	dir := filepath.Join(filepath.Dir(root), "ssh")
	if err := os.Mkdir(dir, folderMode); err != nil {
		return server{}, err
	}
	s, err := gitserver.ServeSSH(ctx, gitserver.SSHOptions{Root: root, Dir: dir, Rules: rules()})
	if err != nil {
		return server{}, err
	}
	var proxies []string
	address := func(proxy string, job *pull.Job) (err error) {
		proxies = append(proxies, proxy)
		job.URL, job.KeyFile = s.URLAt(proxy, repository), s.KeyFile()
		job.HostsFile, err = s.KnownHosts(proxies...)
		return err
	}
	return server{addr: s.Addr(), address: address, stop: s.Stop}, nil
}
