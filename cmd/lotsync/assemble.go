package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/lotsync/lotsync/internal/config"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/sync/schedule"
	"github.com/lotsync/lotsync/sync/state"
)

// parts is an agent with what has to be closed after it.
type parts struct {
	agent   *sync.Agent
	metrics *service.Metrics
	source  *git.Source
	store   *state.Store
}

func (p *parts) close() { _ = errors.Join(p.source.Close(), p.store.Close()) }

// assemble builds the agent out of its adapters. It holds the state directory
// from here on. Told, if set, hears of each pass.
func (a *app) assemble(told func(sync.Outcome)) (*parts, error) {
	site, err := a.site()
	if err != nil {
		return nil, err
	}
	if a.spec.Git.URL == "" {
		return nil, fmt.Errorf("which repository? Give --repo, LOTSYNC_REPO or spec.git.url in %s", config.DefaultPath)
	}
	cluster, err := a.cluster(site)
	if err != nil {
		return nil, err
	}
	store, err := state.Open(a.spec.StateDir)
	if err != nil {
		return nil, err
	}
	remote := gitConfig(a.spec, site, filepath.Join(a.spec.StateDir, "git"))
	remote.Log = a.log
	source, err := git.New(remote)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	p := &parts{metrics: service.NewMetrics(site, version), source: source, store: store}
	countLink(p.metrics, source)
	p.agent, err = sync.New(sync.Config{
		Site: site, Source: source, Renderer: a.renderer(p.metrics), Cluster: cluster, Store: store,
		Schedule: func(p sync.Policy) (sync.Schedule, error) {
			return schedule.New(p.Poll, p.Spread, p.TimeZone, site)
		},
		Traffic: func() sync.Phases {
			poll, _ := moved(source.Traffic().Poll)
			fetch, _ := moved(source.Traffic().Fetch)
			return sync.Phases{Poll: poll, Fetch: fetch}
		},
		Way: func() string { return wayOf(source) },
		Log: a.log, Limits: sync.DefaultLimits(), Jitter: rand.Float64,
		OnPass: func(out sync.Outcome) {
			p.metrics.Observe(out, time.Now())
			if told != nil {
				told(out)
			}
		},
	})
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// countLink has the metrics read what the source has transferred.
func countLink(m *service.Metrics, source *git.Source) {
	m.Link("poll", func() (sync.Bytes, int) { return moved(source.Traffic().Poll) })
	m.Link("fetch", func() (sync.Bytes, int) { return moved(source.Traffic().Fetch) })
}

func moved(m git.Moved) (sync.Bytes, int) { return sync.Bytes{Up: m.Up, Down: m.Down}, m.Requests }

// wayOf says how the remote is asked, "" before the first contact.
func wayOf(source *git.Source) string {
	way := source.Way()
	if way.Name == "" {
		return ""
	}
	return way.Name + ": " + way.Cost
}

// renderer renders in a child process; what that takes becomes a metric, what it
// finds is logged.
func (a *app) renderer(m *service.Metrics) *render.Renderer {
	o := render.DefaultOptions()
	o.Log = a.log
	o.Observe = func(u render.Usage) {
		m.Rendered(u.Peak, u.CPU)
		for _, f := range u.Findings {
			a.log.Warn("finding", "rule", f.Rule, "object", f.Object.String(), "field", f.Field, "message", f.Message)
		}
	}
	return render.New(o)
}

func (a *app) cluster(site sync.Site) (*apply.Cluster, error) {
	cfg := apply.DefaultConfig()
	cfg.Site, cfg.Kubeconfig, cfg.Version = site, a.spec.Cluster.Kubeconfig, version
	if a.spec.Cluster.Namespace != "" {
		cfg.Namespace = a.spec.Cluster.Namespace
	}
	return apply.New(cfg)
}

func gitConfig(spec config.Spec, site sync.Site, cache string) git.Config {
	g, cfg := spec.Git, git.DefaultConfig()
	cfg.URL, cfg.Ref, cfg.Dir, cfg.Site, cfg.CacheDir = g.URL, g.Ref, g.Dir, site, cache
	cfg.TokenFile, cfg.UserFile, cfg.PasswordFile = g.TokenFile, g.Basic.UserFile, g.Basic.PasswordFile
	cfg.CertFile, cfg.KeyFile, cfg.CAFile, cfg.Proxy = g.TLS.CertFile, g.TLS.KeyFile, g.CAFile, g.Proxy
	cfg.SSHKeyFile, cfg.KnownHostsFile = g.SSH.KeyFile, g.SSH.KnownHostsFile
	return cfg
}
