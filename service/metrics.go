package service

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lotsync/lotsync/sync"
)

// Metrics counts what the agent does. The names of its own begin with lotsync_.
type Metrics struct {
	registry *prometheus.Registry
	register prometheus.Registerer // adds the site to what it is given

	passes, changes *prometheus.CounterVec
	failures        *prometheus.CounterVec
	inStep          prometheus.Gauge
	git, cluster    prometheus.Gauge
	success         prometheus.Gauge
	commitTime      prometheus.Gauge
	renderPeak      prometheus.Gauge
	renderCPU       prometheus.Counter
}

// NewMetrics makes the metrics of one site. All of them, those of the process
// and of the Go runtime too, carry the site as a label.
func NewMetrics(site sync.Site, version string) *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		passes:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lotsync_passes_total", Help: "Passes by what they came to."}, []string{"standing"}),
		failures:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lotsync_sync_failures_total", Help: "Passes that failed, by reason. Being held, offline say, is no failure."}, []string{"reason"}),
		changes:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lotsync_object_changes_total", Help: "Objects changed in the cluster, by what became of them."}, []string{"action"}),
		inStep:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_in_step", Help: "1 if the last pass found or brought the lot in step with Git."}),
		git:        prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_git_reachable", Help: "1 if Git answered when it was last asked."}),
		cluster:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_cluster_reachable", Help: "1 if the Kubernetes API answered when it was last needed."}),
		success:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_last_success_timestamp_seconds", Help: "When a pass last found or brought the lot in step."}),
		commitTime: prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_commit_timestamp_seconds", Help: "Commit time of the bundle in place."}),
		renderPeak: prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_render_peak_bytes", Help: "Peak memory of the last render."}),
		renderCPU:  prometheus.NewCounter(prometheus.CounterOpts{Name: "lotsync_render_cpu_seconds_total", Help: "CPU time spent in renders."}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotsync_build_info", Help: "The agent's version.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	m.failures.WithLabelValues(string(sync.ReasonFailing)) // there from the start, so that the first failure is an increase
	m.register = prometheus.WrapRegistererWith(prometheus.Labels{"site": string(site)}, m.registry)
	m.register.MustRegister(
		m.passes, m.failures, m.changes, m.inStep, m.git, m.cluster, m.success, m.commitTime, m.renderPeak, m.renderCPU, info,
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewGoCollector())
	return m
}

// Observe takes a pass into account.
func (m *Metrics) Observe(out sync.Outcome, now time.Time) {
	m.passes.WithLabelValues(string(out.Standing)).Inc()
	switch out.Standing {
	case sync.StandingInStep:
		m.success.Set(float64(now.Unix()))
	case sync.StandingFailed:
		m.failures.WithLabelValues(string(out.Reason)).Inc()
	case sync.StandingHeld, sync.StandingSettling:
	}
	for _, c := range out.Report.Changes {
		m.changes.WithLabelValues(string(c.Action)).Inc()
	}
	m.inStep.Set(truth(out.Standing == sync.StandingInStep))
	m.git.Set(truth(out.OfflineSince.IsZero()))
	m.cluster.Set(truth(out.APILostSince.IsZero()))
	if out.Current != nil && !out.Current.Revision.Time.IsZero() {
		m.commitTime.Set(float64(out.Current.Revision.Time.Unix()))
	}
}

// Rendered takes a render into account: its peak memory in bytes and its CPU time.
func (m *Metrics) Rendered(peak int64, cpu time.Duration) {
	m.renderPeak.Set(float64(peak))
	m.renderCPU.Add(cpu.Seconds())
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}
