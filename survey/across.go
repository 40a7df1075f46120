package survey

import (
	"fmt"
	"slices"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// clusterLabel tells the clusters of joined lots apart: joined lots whose
// site.yaml has no such label share one.
const clusterLabel = "cluster"

// across finds what lots do to each other, and labels that do not fit.
func (r *run) across(result *Result) error {
	x := across{run: r, lots: result.Lots, extra: map[int][]Finding{}}
	x.clusters()
	if err := x.labels(result); err != nil {
		return err
	}
	for i, findings := range x.extra {
		lot := &result.Lots[i]
		lot.Findings = append(slices.Clip(lot.Findings), findings...) // the store has the lot, too
	}
	return nil
}

// across is a look at all lots.
type across struct {
	*run

	lots  []Lot
	extra map[int][]Finding // by lot
}

// claim is a lot's hold on something that a cluster has once.
type claim struct {
	lot  int
	port *NodePort // nil for an object
}

// cluster is what the joined lots of one cluster hold.
type cluster struct {
	objects map[sync.Ref]int
	ports   map[portOf]claim
}

type portOf struct {
	port     int
	protocol string
}

// clusters looks at the lots that share a cluster.
func (x *across) clusters() {
	clusters := map[string]*cluster{}
	for i := range x.lots {
		lot := &x.lots[i]
		if lot.Topology != fleet.Joined || lot.Error != "" {
			continue
		}
		name := lot.Labels[clusterLabel]
		c := clusters[name]
		if c == nil {
			c = &cluster{map[sync.Ref]int{}, map[portOf]claim{}}
			clusters[name] = c
		}
		x.objects(c, i)
		x.ports(c, i)
	}
}

// objects finds objects that another lot has, too, and says it once for each
// other lot.
func (x *across) objects(c *cluster, i int) {
	type shared struct {
		first sync.Ref
		count int
	}
	others := map[int]shared{}
	var order []int
	for _, o := range x.lots[i].Objects {
		other, taken := c.objects[o.Ref]
		if !taken {
			c.objects[o.Ref] = i
			continue
		}
		s := others[other]
		if s.count++; s.count == 1 {
			s.first = o.Ref
			order = append(order, other)
		}
		others[other] = s
	}
	for _, other := range order {
		s := others[other]
		what := "is"
		if s.count > 1 {
			what = fmt.Sprintf("and %d more objects are", s.count-1)
		}
		x.joined(i, Finding{
			Rule: "shared-object", Object: s.first, Field: "metadata.name",
			Message: fmt.Sprintf("%s also lot %s's, in the same cluster: %s", what, x.lots[other].Site,
				"give each joined lot a namespace or a name prefix of its own, or tell their clusters apart by a label "+clusterLabel+" in site.yaml"),
		})
	}
}

// ports finds node ports that another lot has, too.
func (x *across) ports(c *cluster, i int) {
	for n := range x.lots[i].NodePorts {
		p := &x.lots[i].NodePorts[n]
		key := portOf{p.Port, p.Protocol}
		by, taken := c.ports[key]
		if !taken {
			c.ports[key] = claim{i, p}
			continue
		}
		if by.lot == i {
			continue // the edge profile has said it
		}
		f := Finding{
			Rule: "shared-node-port", Severity: fleet.SeverityError, Object: p.Object, Field: p.Field, File: p.File, Line: p.Line,
			Message: fmt.Sprintf("%d/%s is taken by lot %s (%s), in the same cluster: choose another, or tell their clusters apart by a label %s in site.yaml",
				p.Port, p.Protocol, x.lots[by.lot].Site, by.port.Object, clusterLabel),
		}
		if f.File == "" {
			x.joined(i, f)
			continue
		}
		x.extra[i] = append(x.extra[i], f)
	}
}

// joined adds an error of a lot, at the place that says that it is joined.
func (x *across) joined(i int, f Finding) {
	f.Severity = fleet.SeverityError
	f.File = fleet.SiteFile(x.options.Dir, x.lots[i].Site)
	f.Line = x.lines.find(f.File, sync.Ref{}, "spec.topology")
	x.extra[i] = append(x.extra[i], f)
}
