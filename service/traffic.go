package service

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lotsync/lotsync/sync"
)

// Link has what a phase of talking to Git costs read at each scrape: the bytes
// on the link and the requests, since the agent started.
func (m *Metrics) Link(phase string, read func() (bytes sync.Bytes, requests int)) {
	const name, help = "lotsync_git_bytes_total", "Bytes on the link to Git, by phase and direction."
	for direction, part := range map[string]func(sync.Bytes) int64{
		"up":   func(b sync.Bytes) int64 { return b.Up },
		"down": func(b sync.Bytes) int64 { return b.Down },
	} {
		labels := prometheus.Labels{"phase": phase, "direction": direction}
		m.register.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, func() float64 {
			bytes, _ := read()
			return float64(part(bytes))
		}))
	}
	m.register.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "lotsync_git_requests_total", Help: "Requests to Git, by phase.", ConstLabels: prometheus.Labels{"phase": phase},
	}, func() float64 {
		_, requests := read()
		return float64(requests)
	}))
}
