package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	stdsync "sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lotsync/lotsync/sync/apply"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/sync/state"
)

func (a *app) examineConfig(context.Context) []diagnosis {
	site, err := a.site()
	if err != nil {
		return []diagnosis{{"site", gradeBad, err.Error(), "without its name a lot does not know its folder in Git", "set spec.site in the agent's configuration"}}
	}
	return []diagnosis{{Check: "site", Grade: gradeOK, Saw: string(site)}}
}

func (a *app) examineGit(ctx context.Context) []diagnosis {
	bad := func(err error) []diagnosis {
		return []diagnosis{{"git", gradeBad, err.Error(), "new commits do not reach the lot; what runs, keeps running", "see the message; when the link is down, it is enough to wait"}}
	}
	site, err := a.site()
	if err != nil {
		return nil // said already
	}
	source, err := git.New(gitConfig(a.spec, site, filepath.Join(a.spec.StateDir, "git")))
	if err != nil {
		return bad(err)
	}
	defer source.Close()
	start := time.Now()
	commit, err := source.Probe(ctx)
	if err != nil {
		return bad(err)
	}
	found := []diagnosis{{Check: "git", Grade: gradeOK, Saw: fmt.Sprintf("%s is at %s, asked in %s", a.spec.Git.Ref, commit.Short(), time.Since(start).Round(time.Millisecond))}}
	return append(found, diagnosis{Check: "git, way", Grade: gradeOK, Saw: cmp.Or(wayOf(source), "not known before the first sync")})
}

func (a *app) examineAPI(ctx context.Context, dates *serverDates) []diagnosis {
	bad := func(err error) []diagnosis {
		return []diagnosis{{"kubernetes API", gradeBad, err.Error(), "nothing can be changed or repaired at the lot; what runs, keeps running", "check that k3s runs (systemctl status k3s), and spec.cluster.kubeconfig"}}
	}
	site, err := a.site()
	if err != nil {
		return nil
	}
	cfg := apply.DefaultConfig()
	cfg.Site, cfg.Kubeconfig, cfg.Version, cfg.Wrap = site, a.spec.Cluster.Kubeconfig, version, dates.wrap
	cluster, err := apply.New(cfg)
	if err != nil {
		return bad(err)
	}
	start := time.Now()
	v, err := cluster.Ping(ctx)
	if err != nil {
		return bad(err)
	}
	return []diagnosis{{Check: "kubernetes API", Grade: gradeOK, Saw: fmt.Sprintf("%s, answered in %s", v, time.Since(start).Round(time.Millisecond))}}
}

// leastFree is the free space below which an update may not fit: bundles, the
// cache, and what the node itself needs.
const leastFree = 64 << 20

func (a *app) examineState(context.Context) []diagnosis {
	const check = "state directory"
	dir := a.spec.StateDir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []diagnosis{{check, gradeWarn, dir + " does not exist", "the first sync makes it", "start the agent"}}
	}
	if err != nil {
		return []diagnosis{{check, gradeBad, err.Error(), "without it nothing survives a power cut", "run lotsync as root, or name a folder of yours with --state-dir"}}
	}
	var found []diagnosis
	if info.Mode().Perm()&0o077 != 0 {
		found = append(found, diagnosis{check, gradeBad, fmt.Sprintf("%s is open to others (%s)", dir, info.Mode().Perm()), "rendered Secrets lie in it", "chmod 0700 " + dir})
	}
	if err := unix.Access(dir, unix.W_OK); err != nil {
		found = append(found, diagnosis{check, gradeBad, fmt.Sprintf("%s cannot be written: %v", dir, err), "without it nothing survives a power cut", "check the owner, and whether the card is mounted read-only"})
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err == nil {
		if free := disk.Bavail * uint64(disk.Bsize); free < leastFree { //nolint:gosec // a block size is positive
			found = append(found, diagnosis{check, gradeBad, fmt.Sprintf("%d MB free", free>>20), "an update needs room for its bundle", "remove what fills the card"})
		}
	}
	found = append(found, a.examineSaved(dir)...)
	if len(found) == 0 {
		found = append(found, diagnosis{Check: check, Grade: gradeOK, Saw: dir})
	}
	return found
}

// examineSaved reads what the directory has.
func (a *app) examineSaved(dir string) []diagnosis {
	const check = "state directory"
	reader, err := state.OpenReadOnly(dir)
	if err == nil {
		_, err = reader.Load()
	}
	if err != nil {
		return []diagnosis{{check, gradeBad, err.Error(), "the lot does not know what runs", "remove " + dir + ": one sync makes it anew"}}
	}
	var found []diagnosis
	for _, d := range reader.Damage() {
		found = append(found, diagnosis{check, gradeWarn, d.Error(), "the card may be worn: what is lost is made anew", "if it comes again, exchange the card"})
	}
	return found
}

// serverDates notes the Date that servers send, to compare the clock with.
type serverDates struct {
	mu   stdsync.Mutex
	diff time.Duration
	seen bool
}

func (s *serverDates) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			s.mu.Lock()
			s.diff, s.seen = time.Since(date), true
			s.mu.Unlock()
		}
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// clockTolerance is how far the node's clock and the API server's may differ.
const clockTolerance = time.Minute

// earliest is a time that has certainly passed: a clock before it was never set.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go cannot say

func examineClock(dates *serverDates, now time.Time) []diagnosis {
	const check, why = "clock", "certificates and maintenance windows are judged by it"
	mend := "check the time service (timedatectl), and that the node reaches a time server"
	dates.mu.Lock()
	defer dates.mu.Unlock()
	saw := now.UTC().Format(time.RFC3339)
	switch {
	case now.Before(earliest):
		return []diagnosis{{check, gradeBad, saw + " cannot be", why, mend}}
	case dates.seen && dates.diff.Abs() > clockTolerance:
		return []diagnosis{{check, gradeWarn, fmt.Sprintf("%s, %s off the API server's", saw, dates.diff.Round(time.Second)), why, mend}}
	}
	return []diagnosis{{Check: check, Grade: gradeOK, Saw: saw}}
}
