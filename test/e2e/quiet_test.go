package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/test/cluster"
)

// mostRequests is what a pass that finds nothing to do may ask the API server:
// what it has, the inventory, and each kind of the lot once.
const mostRequests = 10

func TestASecondSyncWritesNothing(t *testing.T) {
	l := newLot(t)
	l.inStep(t)
	l.inStep(t) // what the server was seen to have is on disk from here on
	disk, mark := l.disk(t), l.mark(t)
	_ = l.server.Requests()

	l.inStep(t)
	if diff := cmp.Diff(disk, l.disk(t)); diff != "" {
		t.Errorf("the state directory (-before +after):\n%s", diff)
	}
	events := l.requests(t, mark)
	if len(events) == 0 || len(events) > mostRequests {
		t.Errorf("%d requests to the API server, want 1 to %d", len(events), mostRequests)
	}
	for _, e := range events {
		if e.Writes() || e.DryRun {
			t.Errorf("a request that writes: %s", e)
		}
	}
	up, down := int64(0), int64(0)
	requests := l.server.Requests()
	for _, r := range requests {
		up, down = up+r.Up, down+r.Down
	}
	t.Logf("%d requests to the API server; %d to Git, bodies %d bytes up and %d down", len(events), len(requests), up, down)
}

func TestACommitToAnotherLotWritesNothing(t *testing.T) {
	l := newLot(t)
	l.inStep(t)
	l.inStep(t)
	l.repo.commit(map[string]string{"sites/de/ham/0021/site.yaml": siteYAML})
	disk, mark := l.disk(t, "git"), l.mark(t)
	l.inStep(t)
	if diff := cmp.Diff(disk, l.disk(t, "git")); diff != "" {
		t.Errorf("the state directory (-before +after):\n%s", diff)
	}
	for _, e := range l.requests(t, mark) {
		if e.Writes() || e.DryRun {
			t.Errorf("a request that writes: %s", e)
		}
	}
}

func (l *lot) mark(t *testing.T) cluster.AuditMark {
	t.Helper()
	mark, err := l.plane.Mark()
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

// requests are the agent's since mark.
func (l *lot) requests(t *testing.T, mark cluster.AuditMark) []cluster.AuditEvent {
	t.Helper()
	events, err := l.plane.AuditSince(t.Context(), mark)
	if err != nil {
		t.Fatal(err)
	}
	var own []cluster.AuditEvent
	for _, e := range events {
		if strings.HasPrefix(e.UserAgent, "lotsync/") {
			own = append(own, e)
		}
	}
	return own
}

// disk describes every file and folder of the state directory, down to the
// moment at which its inode last changed. Folders named in without are left out.
func (l *lot) disk(t *testing.T, without ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(l.stateDir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, name := range without {
			if path == filepath.Join(l.stateDir, name) {
				return fs.SkipDir
			}
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return fmt.Errorf("%s: no inode", path)
		}
		out[path] = fmt.Sprintf("%s, %d bytes, inode %d, changed %d.%09d", info.Mode(), info.Size(), stat.Ino, stat.Ctim.Sec, stat.Ctim.Nsec)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
