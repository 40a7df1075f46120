package survey

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// Sites lists the sites of the fleet in dir, sorted: the folders that have a
// site.yaml. Folders that have one and cannot be a site are findings. It fails
// when there is no such folder, or it cannot be read.
func Sites(t *Tree, dir string) ([]sync.Site, []Finding, error) {
	l := lister{tree: t, dir: path.Clean(dir)}
	top, err := t.list(l.dir)
	if err == nil && top == nil {
		err = fmt.Errorf("there is no such folder: give the fleet's folder with --dir")
	}
	if err == nil {
		err = l.walk(l.dir)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: list sites: %s: %w", t, l.dir, err)
	}
	slices.SortFunc(l.sites, cmp.Compare[sync.Site])
	l.nested()
	return l.sites, l.findings, nil
}

type lister struct {
	tree     *Tree
	dir      string
	sites    []sync.Site
	findings []Finding
}

func (l *lister) walk(dir string) error {
	in, err := l.tree.list(dir)
	if err != nil {
		return err
	}
	if e := in["site.yaml"]; e != nil && dir != l.dir {
		l.site(dir)
	}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if in[name].kind == folder && !strings.HasPrefix(name, ".") {
			if err := l.walk(path.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lister) site(dir string) {
	name := dir
	if l.dir != "." {
		name = strings.TrimPrefix(dir, l.dir+"/")
	}
	site, err := sync.ParseSite(name)
	if err != nil {
		l.findings = append(l.findings, Finding{
			Rule: "site-name", Severity: fleet.SeverityError, File: path.Join(dir, "site.yaml"),
			Message: err.Error() + ": no agent can have this name: rename the folder",
		})
		return
	}
	l.sites = append(l.sites, site)
}

// nested finds sites below the folder of another one: what the one refers to as
// its own may be the other's.
func (l *lister) nested() {
	known := map[sync.Site]bool{}
	for _, site := range l.sites {
		known[site] = true
	}
	for _, site := range l.sites {
		for above := path.Dir(string(site)); above != "."; above = path.Dir(above) {
			if known[sync.Site(above)] {
				l.findings = append(l.findings, Finding{
					Rule: "nested-site", Severity: fleet.SeverityWarning, File: fleet.SiteFile(l.dir, site),
					Message: fmt.Sprintf("lies in the folder of site %s: move one of the two, or remove the site.yaml that is none", above),
				})
				break
			}
		}
	}
}
