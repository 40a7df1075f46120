package git_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/proxy"
	"github.com/lotsync/lotsync/test/gitserver"
)

// TestCostsDoNotGrow compares what a poll and a commit cost in fleets that are
// small, large, old, and full of refs.
func TestCostsDoNotGrow(t *testing.T) {
	sizes := map[string]fleet.Options{
		"600 lots": {Lots: 600, Commits: 10},
	}
	if testing.Short() {
		sizes = map[string]fleet.Options{"30 lots with 100 refs": {Lots: 30, Commits: 60, Refs: 100}}
	} else {
		sizes["6000 lots"] = fleet.Options{Lots: 6000, Commits: 10}
		sizes["6000 refs"] = fleet.Options{Lots: 600, Commits: 10, Refs: 6000}
		sizes["10 000 commits"] = fleet.Options{Lots: 600, Commits: 10_000}
	}
	small := costs(t, fleet.Options{Lots: 12, Commits: 1})
	for name, options := range sizes {
		t.Run(name, func(t *testing.T) {
			large := costs(t, options)
			for step, counts := range large {
				t.Logf("%s: %d bytes in %d trips, of a dozen lots %d in %d", step, counts.Total(), counts.Trips, small[step].Total(), small[step].Trips)
				if counts.Total() > small[step].Total()+200 || counts.Trips != small[step].Trips { // hashes of neighbors, which do not compress
					t.Errorf("%s costs more", step)
				}
			}
		})
	}
}

func costs(t *testing.T, options fleet.Options) map[string]proxy.Counts {
	t.Helper()
	m := meter(t, options, gitserver.Rules{Filter: true, Strict: true})
	m.fetch()
	counts := map[string]proxy.Counts{}
	_, counts["poll"] = m.fetch()
	m.made(m.fleet.CommitToLot(t.Context(), m.cfg.Site))
	_, counts["own commit"] = m.fetch()
	return counts
}

// TestPollOverTLS is what most lots pay for, most of the time.
func TestPollOverTLS(t *testing.T) {
	t.Parallel()
	for protocol, version := range map[string]int{"http/1.1": 1, "h2": 2} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			pollOverTLS(t, protocol, version)
		})
	}
}

func pollOverTLS(t *testing.T, protocol string, version int) {
	t.Helper()
	r := newRepo(t)
	r.commit(sample())
	ca := newAuthority(t)
	options := gitserver.Options{Root: r.root, Rules: r.rules, TLS: ca.server(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))}
	options.TLS.NextProtos = []string{protocol}
	options.Wrap = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if request.ProtoMajor != version {
				t.Errorf("asked over %s, want %s", request.Proto, protocol)
			}
			next.ServeHTTP(w, request)
		})
	}
	link, err := proxy.New(t.Context(), proxy.Options{Target: serve(t, options).Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	cfg := config(t, "https://"+link.Addr()+"/fleet.git")
	cert, key := ca.issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cfg.CAFile, cfg.CertFile, cfg.KeyFile = ca.file(), write(t, "cert.pem", cert), write(t, "key.pem", key)
	src := open(t, cfg)
	fetch(t, src)
	poll := func(what string, most int64) {
		t.Helper()
		link.Reset()
		fetch(t, src)
		counts := link.Counts()
		t.Logf("%s: %d bytes, %d connections", what, counts.Total(), counts.Connections)
		if counts.Total() > most {
			t.Errorf("%s: %d bytes, at most %d", what, counts.Total(), most)
		}
	}
	poll("on a kept connection", 1000)
	poll("on a kept connection", 1000)
	link.Disconnect()
	poll("on a resumed session", 4000)
}

// childConfig is where TestMain finds that this process is a lot, and which.
const childConfig = "LOTSYNC_TEST_LOT"

// TestMain lets a test have a lot in a process of its own: it fetches for each
// line that it reads, and answers with its peak memory.
func TestMain(m *testing.M) {
	if url, site, ok := strings.Cut(os.Getenv(childConfig), " "); ok {
		if err := lot(url, site); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func lot(url, site string) error {
	cfg := git.DefaultConfig()
	cfg.URL, cfg.Site, cfg.CacheDir = url, sync.Site(site), os.Getenv("TMPDIR")
	cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	debug.SetGCPercent(25) // as the agent does
	src, err := git.New(cfg)
	if err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		rev, err := src.Fetch(context.Background())
		if err != nil {
			return err
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return err
		}
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		fmt.Println(rev.Commit, strings.Fields(rest)[0])
	}
	return src.Close()
}

// TestMemory follows a fleet of 6000 lots through 340 commits.
func TestMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector doubles the memory that is measured here")
	}
	lots, commits := 6000, 340
	if testing.Short() {
		lots, commits = 60, 5
	}
	m := meter(t, fleet.Options{Lots: lots, Flat: true}, gitserver.Rules{Filter: true, Strict: true})
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(cmd.Environ(), childConfig+"="+m.cfg.URL+" "+string(m.cfg.Site), "TMPDIR="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	var first, peak int
	for n := range commits + 1 {
		fmt.Fprintln(in)
		answer, err := answers.ReadString('\n')
		if err != nil {
			t.Fatal(answer, err)
		}
		_, kib, _ := strings.Cut(strings.TrimSpace(answer), " ")
		if peak, err = strconv.Atoi(kib); err != nil {
			t.Fatal(answer)
		}
		if n == 0 {
			first = peak
		}
		m.made(m.fleet.History(t.Context(), 1))
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("VmHWM %d KiB after the first sync, %d KiB after %d commits", first, peak, commits)
	if peak > 20_000_000/1024 {
		t.Errorf("VmHWM %d KiB, want less than 20 MB", peak)
	}
}
