package demo

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/lotsync/lotsync/test/cluster"
)

// twin is what kubectl keeps in step: the lot's objects once more, in a
// namespace of their own and without the site's variables, from a checkout.
type twin struct {
	checkout command
	script   string        // what a person would run at each commit
	what     string        // which kubectl
	start    time.Duration // of its own that the test binary's start takes, wall
	startCPU time.Duration
}

// The folder of the repository with the twin's overlay. What belongs to the
// whole cluster is the lot's.
const twinDir = "twin"

const twinOverlay = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ` + twinNamespace + `
resources:
  - ../sites/regions/nl
components:
  - ../sites/components/camera
  - ../sites/components/local
patches:
  - path: front.yaml
  - path: tariff.yaml
  - patch: |
      $patch: delete
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: parking-critical}
`

// A node port belongs to one Service of a cluster.
const twinFront = `apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  ports:
    - port: 80
      nodePort: 30081
`

// twinTariff is the same change as that of the lot's site.yaml.
func twinTariff(tariff string) edit {
	return write(twinDir+"/tariff.yaml", fmt.Sprintf(`apiVersion: v1
kind: ConfigMap
metadata:
  name: lot
data:
  SITE: twin
  TARIFF: %[1]q
  GATES: "2"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: payment-terminal
spec:
  template:
    metadata:
      annotations:
        parkco.example/tariff: %[1]q
`, tariff))
}

// newTwin brings the twin up, with a warm kubectl; nil where there is none.
func (s *stage) newTwin(ctx context.Context) (*twin, error) {
	argv, what, err := s.findKubectl(ctx)
	if err != nil || argv == "" {
		return nil, err
	}
	t := &twin{what: what, checkout: command{dir: filepath.Join(s.dir, "checkout"), env: gitEnv()}}
	if s.plane != nil && what == ownKubectl {
		if t.start, t.startCPU, err = bareStart(ctx, argv); err != nil {
			return nil, err
		}
	}
	if _, err := s.fleet.commit(ctx, "A twin of the lot for kubectl", write(twinDir+"/kustomization.yaml", twinOverlay),
		write(twinDir+"/front.yaml", twinFront), twinTariff(tariffText(s.tariff))); err != nil {
		return nil, err
	}
	if _, err := s.fleet.run(ctx, "clone", "-q", s.git.URL("fleet.git"), t.checkout.dir); err != nil {
		return nil, err
	}
	t.script = fmt.Sprintf("git fetch -q origin && git merge -q --ff-only FETCH_HEAD && %s --kubeconfig '%s' --cache-dir '%s' apply -k %s --server-side",
		argv, s.kubeconfig, filepath.Join(s.dir, "kubectl-cache"), twinDir)
	if _, _, err := t.checkout.run(ctx, "sh", "-c", t.script); err != nil {
		return nil, err
	}
	return t, s.twinReady(ctx)
}

// twinReady waits until nothing of the twin is under way any more.
func (s *stage) twinReady(ctx context.Context) error { return s.rolledOut(ctx, twinNamespace) }

// rolledOut waits until every Deployment of a namespace runs in its newest form.
func (s *stage) rolledOut(ctx context.Context, namespace string) error {
	return await(ctx, s.patience, "every Deployment in "+namespace+" was rolled out", func(ctx context.Context) (bool, error) {
		var list struct{ Items []thing }
		err := s.api.read(ctx, "/apis/apps/v1/namespaces/"+namespace+"/deployments", &list)
		for _, d := range list.Items {
			if !d.rolledOut() {
				return false, err
			}
		}
		return len(list.Items) > 0, err
	})
}

const ownKubectl = "kubectl of the test control plane's binary"

// findKubectl takes the machine's kubectl, or else the one that the control
// plane's binary has in it.
func (s *stage) findKubectl(ctx context.Context) (argv, what string, err error) {
	if path, err := exec.LookPath("kubectl"); err == nil {
		return "'" + path + "'", "kubectl of this machine", nil
	}
	if s.plane == nil {
		return "", "", nil
	}
	binary, err := cluster.Build(ctx, nil) // it is there
	return "'" + binary + "' kubectl", ownKubectl, err
}

// bareStart measures what the control plane's binary takes to start and do
// nothing: it is many times larger than a kubectl, which must not be held
// against kubectl.
func bareStart(ctx context.Context, argv string) (wall, cpu time.Duration, err error) {
	var walls, cpus []time.Duration
	for range raceRounds {
		began := now()
		_, used, err := command{}.run(ctx, "sh", "-c", argv+" help >/dev/null")
		if err != nil {
			return 0, 0, err
		}
		walls, cpus = append(walls, now().Sub(began)), append(cpus, used)
	}
	return median(walls), median(cpus), nil
}

// bring pushes a new tariff for the twin, and has kubectl bring it in.
func (t *twin) bring(ctx context.Context, s *stage, tariff string) (way, error) {
	var w way
	changed, err := s.api.watch(ctx, s.patience, tariffIn(twinNamespace, tariff))
	if err != nil {
		return w, err
	}
	if w.commit, err = s.fleet.commit(ctx, "The twin's tariff "+tariff, twinTariff(tariff)); err != nil {
		return w, err
	}
	if w.push, err = s.meter(); err != nil {
		return w, err
	}
	if _, w.cpu, err = t.checkout.run(ctx, "sh", "-c", t.script); err != nil {
		return w, err
	}
	last := <-changed
	w.wall, w.cpu = last.at.Sub(w.push.at)-t.start, w.cpu-t.startCPU
	return w, last.err
}
