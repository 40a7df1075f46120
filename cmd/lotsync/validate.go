package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/rbac"
)

func (a *app) validateCommand() *cobra.Command {
	var role, strict bool
	var flags surveyFlags
	cmd := &cobra.Command{
		Use:   "validate [SITE...]",
		Short: "Build and check every lot of a checkout",
		Long: `Build every lot of the checkout, or the named ones, as the agent would, and report
what is wrong and where: what does not render, what the edge profile finds, and
what lots do to each other. A folder of lots, such as nl/ams, names all in it.
What was built is kept, and built again only when something that was read for it
has changed.

Joined lots are taken to share one cluster, in which no two may have the same
object or node port. A label "cluster" in their site.yaml tells clusters apart.

With --rbac, print the namespaced Role that an agent in the cluster needs for one
lot.

Exit codes: 0 every lot renders without an error, 1 findings of severity error
(with --strict, any), or lots that do not render.`,
		Example: "  lotsync validate\n  lotsync validate nl/ams/0042 be\n  lotsync validate -o json --strict\n  lotsync validate --rbac be/bru/0003",
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := a.checkout()
			if err != nil {
				return err
			}
			if role {
				return a.printRole(cmd.Context(), root, args)
			}
			return a.validate(cmd.Context(), root, args, flags, strict)
		},
	}
	cmd.Flags().BoolVar(&role, "rbac", false, "print the Role that the agent of one lot needs")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 for warnings, too")
	flags.add(cmd)
	return cmd
}

func (a *app) validate(ctx context.Context, root string, args []string, flags surveyFlags, strict bool) error {
	start := time.Now()
	sparing()
	tree, err := a.openCheckout(root, flags)
	if err != nil {
		return err
	}
	defer a.closing("the cache of file hashes", tree)
	store := a.openStore(flags)
	defer a.closing("the cache of lots", store)
	sites, err := a.chosen(tree, args)
	if err != nil {
		return err
	}
	result, err := a.survey(ctx, tree, flags, func(o *survey.Options) { o.Sites, o.Store = sites, store })
	if err != nil {
		return err
	}
	report := newReport(result, a.spec.Git.Dir, time.Since(start))
	if err := a.print(report, func() { a.printReport(report) }); err != nil {
		return err
	}
	if report.Summary.Errors > 0 || report.Summary.Broken > 0 || strict && report.Summary.Warnings > 0 {
		return &exitError{code: 1}
	}
	return nil
}

// chosen are the named sites, and those in the named folders; nil for all.
func (a *app) chosen(tree *survey.Tree, args []string) ([]sync.Site, error) {
	all, findings, err := survey.Sites(tree, a.spec.Git.Dir)
	if err != nil {
		return nil, err
	}
	if len(all)+len(findings) == 0 {
		return nil, fmt.Errorf("no site below %s: a site is a folder with a site.yaml", a.spec.Git.Dir)
	}
	var sites []sync.Site
	taken := map[sync.Site]bool{}
	for _, arg := range args {
		found, err := a.named(all, arg)
		if err != nil {
			return nil, err
		}
		for _, site := range found {
			if !taken[site] {
				taken[site] = true
				sites = append(sites, site)
			}
		}
	}
	return sites, nil
}

// named are the sites that an argument names.
func (a *app) named(all []sync.Site, arg string) ([]sync.Site, error) {
	site, err := a.siteArg(arg)
	if err != nil {
		return nil, err
	}
	var below []sync.Site
	names := make([]string, 0, len(all))
	for _, s := range all {
		if s == site {
			return []sync.Site{s}, nil
		}
		if strings.HasPrefix(string(s), string(site)+"/") {
			below = append(below, s)
		}
		names = append(names, string(s))
	}
	if below == nil {
		near := fleet.Nearest(string(site), names)
		if near != "" {
			near = ": did you mean " + near + "?"
		}
		return nil, fmt.Errorf("no site %s, and no site below it: there is no %s%s", site, fleet.SiteFile(a.spec.Git.Dir, site), near)
	}
	return below, nil
}

func (a *app) printRole(ctx context.Context, root string, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("--rbac is for one site, not %d: name it", len(args))
	}
	site, err := a.siteArg(args[0])
	if err != nil {
		return err
	}
	snap, err := a.fromCheckout(ctx, root, site)
	if err != nil {
		return err
	}
	out, err := a.built(snap)
	if err != nil {
		return err
	}
	bundle := sync.NewBundle(snap.Revision, out.Manifest)
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
	role, err := rbac.Role(rights, namespace, "lotsync")
	if err != nil {
		return err
	}
	_, err = a.out.Write(role)
	return err
}
