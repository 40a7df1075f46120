package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/gitserver"
)

// stage is everything that the story takes place on.
type stage struct {
	dir        string
	plane      *cluster.ControlPlane // nil: the cluster is the person's own
	kubeconfig string
	api        *api
	git        *gitserver.Server
	fleet      *repository
	agent      *agent
	say        func(format string, args ...any) // tells what happens within a step

	patience   time.Duration // how long anything may take
	tariff     int           // in cents, of the last commit
	renderPeak int64         // the largest render so far, in bytes
	claimed    bool          // the person's cluster is ours to clean
	hadOwn     bool          // it had the agents' namespace before the story
}

// newStage makes what all steps need. Whatever comes of it, close must be called.
func newStage(ctx context.Context, o Options, t *teller) (*stage, error) {
	s := &stage{say: t.say, patience: 90 * time.Second, tariff: 320}
	var err error
	if s.dir, err = os.MkdirTemp("", "lotsync-demo-"); err != nil {
		return s, err
	}
	if err := s.prepareCluster(ctx, o); err != nil {
		return s, err
	}
	if s.api, err = newAPI(s.kubeconfig); err != nil {
		return s, err
	}
	if s.plane == nil {
		if err := s.claimCluster(ctx); err != nil {
			return s, err
		}
	}
	if err := s.prepareFleet(ctx); err != nil {
		return s, err
	}
	s.agent, err = newAgent(ctx, o.Agent, s.dir, s.git.URL("fleet.git"), s.kubeconfig)
	return s, err
}

// prepareCluster starts a control plane, or takes the person's cluster.
func (s *stage) prepareCluster(ctx context.Context, o Options) error {
	if o.Kubeconfig != "" {
		s.kubeconfig, s.patience = o.Kubeconfig, 10*time.Minute
		return nil
	}
	s.say("a Kubernetes control plane (etcd, kube-apiserver, controllers, scheduler) with one hollow node")
	binary, err := cluster.Build(ctx, o.Progress)
	if err != nil {
		return err
	}
	s.plane, err = cluster.Start(ctx, cluster.Options{
		Binary: binary, NodeName: "edge-0042", NodeLabels: map[string]string{"lotsync.dev/edge": "true", "lotsync.dev/site": label},
	})
	if err != nil {
		return err
	}
	s.kubeconfig = s.plane.Kubeconfig()
	return nil
}

// prepareFleet serves the sample fleet, with a short settling time, and in a
// cluster of one's own without its node selectors.
func (s *stage) prepareFleet(ctx context.Context) error {
	s.say("a Git server on loopback with the sample fleet of fourteen lots")
	var err error
	if s.fleet, err = newRepository(ctx, s.dir); err != nil {
		return err
	}
	const file = "sites/fleet.yaml"
	if _, err := s.fleet.commit(ctx, "The sample fleet"); err != nil {
		return err
	}
	edits := []edit{replace(file, "settle: 30s", "settle: 1s")}
	if s.plane == nil {
		edits = append(edits, replace(file, "    nodeSelector:\n      lotsync.dev/edge: \"true\"\n      lotsync.dev/site: \"${site:label}\"\n", "    nodeSelector: {}\n"))
	}
	if _, err := s.fleet.commit(ctx, "Settle soon: a demo has no half minutes", edits...); err != nil {
		return err
	}
	s.git, err = gitserver.Serve(ctx, filepath.Dir(s.fleet.bare))
	return err
}

// newTariff raises the tariff by ten cents, and returns it with the edit that
// brings it to the lot.
func (s *stage) newTariff() (string, edit) {
	old := tariffText(s.tariff)
	s.tariff += 10
	text := tariffText(s.tariff)
	return text, replace("sites/"+lot+"/site.yaml", `TARIFF: "`+old+`"`, `TARIFF: "`+text+`"`)
}

func tariffText(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// good waits until the lot is good at that commit, and notes how much memory
// its last render took.
func (s *stage) good(ctx context.Context, commit sync.Commit) error {
	if err := s.agent.awaitGood(ctx, s.patience, commit); err != nil {
		return err
	}
	peak, err := s.agent.metric(ctx, "lotsync_render_peak_bytes")
	s.renderPeak = max(s.renderPeak, int64(peak))
	return err
}

// close ends everything. keep leaves the logs for a person to read.
func (s *stage) close(ctx context.Context, keep bool) error {
	var errs []error
	if s.agent != nil {
		errs = append(errs, s.agent.stop())
	}
	if s.plane == nil && s.api != nil {
		errs = append(errs, s.cleanCluster(ctx))
	}
	if s.git != nil {
		errs = append(errs, s.git.Stop())
	}
	if s.plane != nil {
		errs = append(errs, s.plane.Stop())
	}
	if !keep && s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
