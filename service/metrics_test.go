package service

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// scrape reads the samples of a Metrics, without comments.
func scrape(t *testing.T, m *Metrics) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(w.Body.String()), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "#")
	})
}

func TestEverySampleCarriesTheSite(t *testing.T) {
	m := NewMetrics("nl/ams/0042", "v1")
	m.Observe(sync.Outcome{Standing: sync.StandingFailed, Reason: sync.ReasonFailing, Report: sync.Report{Changes: []sync.Change{{Action: sync.Created}}}}, noon)
	samples := scrape(t, m)
	for _, line := range samples {
		if !strings.Contains(line, `site="nl/ams/0042"`) {
			t.Errorf("without a site: %s", line)
		}
	}
	if len(samples) < 20 {
		t.Errorf("only %d samples", len(samples))
	}
}

func TestTheAlertsAskForMetricsThatThereAre(t *testing.T) {
	alerts, err := os.ReadFile("../manifests/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	samples := scrape(t, NewMetrics("nl/ams/0042", "v1"))
	names := regexp.MustCompile(`\blotsync_[a-z_]+\b`).FindAllString(string(alerts), -1)
	if len(names) == 0 {
		t.Fatal("the alerts name no metric")
	}
	for _, name := range names {
		if !slices.ContainsFunc(samples, func(line string) bool { return strings.HasPrefix(line, name+"{") }) {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestTheLinkIsCountedByPhaseAndDirection(t *testing.T) {
	m := NewMetrics("nl/ams/0042", "v1")
	m.Link("poll", func() (sync.Bytes, int) { return sync.Bytes{Up: 334, Down: 304}, 1 })
	m.Link("fetch", func() (sync.Bytes, int) { return sync.Bytes{Up: 850, Down: 1300}, 2 })
	samples := scrape(t, m)
	for _, want := range []string{
		`lotsync_git_bytes_total{direction="up",phase="poll",site="nl/ams/0042"} 334`,
		`lotsync_git_bytes_total{direction="down",phase="fetch",site="nl/ams/0042"} 1300`,
		`lotsync_git_requests_total{phase="fetch",site="nl/ams/0042"} 2`,
	} {
		if !slices.Contains(samples, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestWhatAPassCountsAs(t *testing.T) {
	current := &sync.Rollout{Revision: sync.Revision{Time: noon}}
	cases := map[string]struct {
		out  sync.Outcome
		want []string
	}{
		"in step": {
			sync.Outcome{Standing: sync.StandingInStep, Current: current},
			[]string{"lotsync_in_step 1", "lotsync_git_reachable 1", "lotsync_cluster_reachable 1", "lotsync_last_success_timestamp_seconds 1.7954352e+09", "lotsync_commit_timestamp_seconds 1.7954352e+09"},
		},
		"offline is no failure": {
			sync.Outcome{Standing: sync.StandingHeld, Reason: sync.ReasonOffline, OfflineSince: noon},
			[]string{"lotsync_in_step 0", "lotsync_git_reachable 0", "lotsync_cluster_reachable 1", "lotsync_sync_failures_total 0", "lotsync_last_success_timestamp_seconds 0"},
		},
		"the API away is no failure": {
			sync.Outcome{Standing: sync.StandingHeld, Reason: sync.ReasonAPIUnavailable, APILostSince: noon},
			[]string{"lotsync_cluster_reachable 0", "lotsync_sync_failures_total 0"},
		},
		"a commit that cannot be applied": {
			sync.Outcome{Standing: sync.StandingFailed, Reason: sync.ReasonFailing},
			[]string{"lotsync_in_step 0", "lotsync_git_reachable 1", "lotsync_sync_failures_total 1", "lotsync_passes_total 1"},
		},
	}
	labels := regexp.MustCompile(`\{[^}]*\}`)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := NewMetrics("nl/ams/0042", "v1")
			m.Observe(c.out, noon)
			m.Rendered(1<<20, time.Second)
			samples := scrape(t, m)
			for i, line := range samples {
				samples[i] = labels.ReplaceAllString(line, "")
			}
			for _, want := range append(c.want, "lotsync_render_peak_bytes 1.048576e+06", "lotsync_render_cpu_seconds_total 1") {
				if !slices.Contains(samples, want) {
					t.Errorf("no %q in\n%s", want, strings.Join(samples, "\n"))
				}
			}
		})
	}
}
