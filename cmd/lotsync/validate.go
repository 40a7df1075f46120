package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	stdsync "sync"
	"sync/atomic"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/rbac"
	"github.com/lotsync/lotsync/sync/schedule"
)

func (a *app) validateCommand() *cobra.Command {
	var role bool
	cmd := &cobra.Command{
		Use:   "validate [SITE...]",
		Short: "Build and check every lot of a checkout",
		Long: `Build every lot of the checkout, or the named ones, as the agent would, and report
what is wrong and where. With --rbac, print the namespaced Role that an agent in
the cluster needs for one lot.

Exit codes: 0 every lot renders without an error, 1 findings.`,
		Example: "  lotsync validate\n  lotsync validate nl/ams/0042 be/bru/0003\n  lotsync validate --rbac be/bru/0003",
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := a.checkout()
			if err != nil {
				return err
			}
			sites, err := a.sites(root, args)
			if err != nil {
				return err
			}
			if role {
				return a.printRole(cmd.Context(), root, sites)
			}
			return a.validate(cmd.Context(), root, sites)
		},
	}
	cmd.Flags().BoolVar(&role, "rbac", false, "print the Role that the agent of one lot needs")
	return cmd
}

// sites are the named ones, or all of the checkout.
func (a *app) sites(root string, args []string) ([]sync.Site, error) {
	var sites []sync.Site
	for _, arg := range args {
		site, err := a.siteArg(arg)
		if err != nil {
			return nil, err
		}
		sites = append(sites, site)
	}
	if len(sites) > 0 {
		return sites, nil
	}
	sites, err := fleet.ListSites(os.DirFS(root), a.spec.Git.Dir)
	if err == nil && len(sites) == 0 {
		err = fmt.Errorf("no site below %s: a site is a folder with a site.yaml", a.spec.Git.Dir)
	}
	return sites, err
}

// verdict is what was found of one lot.
type verdict struct {
	Site     sync.Site      `json:"site"`
	Error    string         `json:"error,omitempty"`
	Findings []edge.Finding `json:"findings,omitempty"`
}

func (a *app) validate(ctx context.Context, root string, sites []sync.Site) error {
	verdicts := a.judge(ctx, root, sites)
	if err := ctx.Err(); err != nil {
		return err
	}
	bad := 0
	for _, v := range verdicts {
		if v.Error != "" {
			bad++
		}
	}
	if err := a.print(verdicts, func() { a.verdictTable(verdicts, bad) }); err != nil {
		return err
	}
	if bad > 0 {
		return &exitError{code: 1}
	}
	return nil
}

// judge builds the sites on all cores.
func (a *app) judge(ctx context.Context, root string, sites []sync.Site) []verdict {
	verdicts := make([]verdict, len(sites))
	bar := a.progress("lots", len(sites))
	defer bar.done()
	var next atomic.Int64
	var workers stdsync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sites)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(sites) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				verdicts[i] = a.verdict(ctx, root, sites[i])
				bar.step()
			}
		})
	}
	workers.Wait()
	return verdicts
}

func (a *app) verdict(ctx context.Context, root string, site sync.Site) verdict {
	v := verdict{Site: site}
	_, findings, err := a.build(ctx, root, site)
	v.Findings = findings
	if err != nil {
		v.Error = err.Error()
	}
	return v
}

// build does all that the agent does before it asks the API server.
func (a *app) build(ctx context.Context, root string, site sync.Site) (bundle sync.Bundle, findings []edge.Finding, err error) {
	snap, err := a.fromCheckout(ctx, root, site)
	if err != nil {
		return sync.Bundle{}, nil, err
	}
	policy, err := render.New(render.DefaultOptions()).Policy(snap)
	if err != nil {
		return sync.Bundle{}, nil, err
	}
	if _, err := schedule.New(policy.Poll, policy.Spread, policy.TimeZone, site); err != nil {
		return sync.Bundle{}, nil, err
	}
	out, err := render.Build(snap, render.DefaultLimits())
	return sync.NewBundle(snap.Revision, out.Manifest), out.Findings, err
}

func (a *app) verdictTable(verdicts []verdict, bad int) {
	findings := 0
	for _, v := range verdicts {
		if v.Error != "" {
			fmt.Fprintf(a.out, "%s %s\n%s\n", a.paint(red, "error"), a.paint(bold, string(v.Site)), indent(v.Error))
		}
		findings += len(v.Findings)
	}
	a.rows(func(w *tabwriter.Writer) {
		for _, v := range verdicts {
			for _, f := range v.Findings {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Severity, v.Site, f.Rule, f)
			}
		}
	})
	fmt.Fprintf(a.out, "%d lots: %d render, %d do not, %d findings\n", len(verdicts), len(verdicts)-bad, bad, findings)
}

func (a *app) printRole(ctx context.Context, root string, sites []sync.Site) error {
	if len(sites) != 1 {
		return fmt.Errorf("--rbac is for one site, not %d: name it", len(sites))
	}
	bundle, _, err := a.build(ctx, root, sites[0])
	if err != nil {
		return err
	}
	namespace := a.spec.Cluster.Namespace
	if namespace == "" {
		if namespace, err = rbac.Namespace(bundle); err != nil {
			return err
		}
	}
	rights, err := rbac.Of(bundle, namespace)
	if err != nil {
		return err
	}
	out, err := rbac.Role(rights, namespace, "lotsync")
	if err != nil {
		return err
	}
	_, err = a.out.Write(out)
	return err
}
