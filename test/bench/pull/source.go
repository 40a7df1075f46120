package pull

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
)

// source pulls as the agent does: it keeps its connection, and reads the lot's
// files only when they have changed.
type source struct {
	git  *git.Source
	dir  string
	site sync.Site
	key  sync.Digest
}

func openSource(j Job) (puller, func() error, error) { //nolint:ireturn // one of the tools
	cfg := git.DefaultConfig()
	cfg.URL, cfg.Site, cfg.CacheDir = j.URL, sync.Site(j.Site), filepath.Join(j.Dir, "cache")
	cfg.SSHKeyFile, cfg.KnownHostsFile = j.KeyFile, j.HostsFile
	opened, err := git.New(cfg)
	if err != nil {
		return nil, nil, err
	}
	return &source{git: opened, dir: cfg.Dir, site: cfg.Site}, opened.Close, nil
}

func (s *source) pull(ctx context.Context) error {
	rev, err := s.git.Fetch(ctx)
	if err != nil || rev.Key == s.key {
		return err
	}
	snap, err := s.git.Snapshot(ctx, rev)
	if err != nil {
		return err
	}
	if _, ok := snap.Files[fleet.SiteFile(s.dir, s.site)]; !ok {
		return fmt.Errorf("the snapshot of %s is not whole", rev.Commit.Short())
	}
	s.key = rev.Key
	return nil
}

func (*source) render(context.Context) error { return errors.New("the Source renders nothing") }

func (*source) used() (time.Duration, int64) { return processor(syscall.RUSAGE_SELF), 0 }

// processor is the processor time of this process, or of those that it has
// waited for.
func processor(who int) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(who, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
