package impact_test

import (
	"fmt"
	"maps"
	"runtime"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/survey/impact"
	"github.com/lotsync/lotsync/sync"
)

const (
	benchLots    = 6000
	benchObjects = 42
	benchOwn     = 8 // workloads that no two lots have in common
)

// BenchmarkCompare compares a fleet before and after a new image in its base,
// which every lot has.
func BenchmarkCompare(b *testing.B) {
	for name, own := range map[string]int{"lots share their workloads": 0, "lots have workloads of their own": benchOwn} {
		b.Run(name, func(b *testing.B) {
			f := newBenchFleet(b, own)
			base, head := f.lots("1.4.2", "2456789bcd"), f.lots("1.4.3", "bcdfghkmt2")
			b.ReportAllocs()
			started := cpu(b)
			for b.Loop() {
				r, err := impact.Compare(base, head, f.content)
				if err != nil {
					b.Fatal(err)
				}
				if r.Radius.Touched != benchLots || len(r.Groups) != 1 {
					b.Fatalf("%d lots, %d groups", r.Radius.Touched, len(r.Groups))
				}
			}
			b.ReportMetric((cpu(b)-started).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(growth(b, func() {
				if _, err := impact.Compare(base, head, f.content); err != nil {
					b.Fatal(err)
				}
			}), "live-MB")
		})
	}
}

// growth is what f leaves in memory while it runs, at most, as the collector
// sees it afterwards.
func growth(b *testing.B, f func()) float64 {
	b.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.HeapInuse-min(before.HeapInuse, after.HeapInuse)) / 1e6
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchFleet makes contents when they are asked for, so that they take no memory.
type benchFleet struct {
	template edge.Object
	own      int
	made     map[sync.Digest]benchContent
}

type benchContent struct {
	site       sync.Site
	image      string
	hash, name string
}

func newBenchFleet(b *testing.B, own int) *benchFleet {
	b.Helper()
	f := &benchFleet{own: own, made: map[sync.Digest]benchContent{}}
	err := yaml.Unmarshal([]byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: parking, labels: {a: b, c: d, lotsync.dev/site: "${site:label}"}}
spec:
  replicas: 1
  selector: {matchLabels: {app: x}}
  template:
    metadata: {labels: {app: x, lotsync.dev/site: "${site:label}"}}
    spec:
      tolerations: [{key: node-role.kubernetes.io/edge, operator: Exists}]
      nodeSelector: {lotsync.dev/edge: "true", lotsync.dev/site: "${site:label}"}
      volumes: [{name: html, emptyDir: {}}, {name: script, configMap: {name: script}}]
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
`), &f.template)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// lots are those of the fleet with an image in each workload.
func (f *benchFleet) lots(image, hash string) []survey.Lot {
	out := make([]survey.Lot, benchLots)
	for i := range out {
		site := sync.Site(fmt.Sprintf("nl/ams/%04d", i))
		lot := survey.Lot{Site: site, Objects: make([]survey.Object, benchObjects)}
		for j := range lot.Objects {
			ref := sync.Ref{Kind: "Service", Namespace: "parking", Name: fmt.Sprintf("object-%02d", j)}
			c := benchContent{name: ref.Name}
			switch {
			case j == 0:
				ref.Kind, ref.Name = "ConfigMap", "lot-"+hash
				c = benchContent{site: site, hash: hash, name: ref.Name}
			case j <= benchOwn:
				ref.Group, ref.Kind = "apps", "Deployment"
				c.image, c.hash = image, hash
				if j <= f.own {
					c.site = site
				}
			}
			digest := sync.DigestOf(fmt.Append(nil, c))
			f.made[digest] = c
			lot.Objects[j] = survey.Object{Ref: ref, Digest: digest}
		}
		out[i] = lot
	}
	return out
}

func (f *benchFleet) content(d sync.Digest) (edge.Object, error) {
	c := f.made[d]
	if c.image == "" {
		return edge.Object{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": edge.Object{"name": c.name, "namespace": "parking"},
			"data": edge.Object{"HASH": c.hash, "SITE": string(c.site)},
		}, nil
	}
	container := edge.Object{
		"name": c.name, "image": "registry.example/parking/gate:" + c.image,
		"env":     []any{edge.Object{"name": "SITE", "value": string(c.site)}, edge.Object{"name": "B", "value": "b"}},
		"envFrom": []any{edge.Object{"configMapRef": edge.Object{"name": "lot-" + c.hash}}},
		"ports":   []any{edge.Object{"name": "http", "containerPort": 8080}},
	}
	o := maps.Clone(f.template)
	o["metadata"] = edge.Object{"name": c.name, "namespace": "parking"}
	path := []string{"spec", "template", "spec"}
	at := o
	for _, name := range path {
		next, _ := at[name].(edge.Object)
		next = maps.Clone(next)
		at[name] = next
		at = next
	}
	at["containers"] = []any{container}
	return o, nil
}
