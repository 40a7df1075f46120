// Command digests prints what each lot of the sample fleet renders to, as a name
// and a digest a line, so that machines can be compared.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sites"
	"github.com/lotsync/lotsync/sync"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "digests:", err)
		os.Exit(1) //nolint:forbidigo // main
	}
}

func run() error {
	files := map[string][]byte{}
	fsys := sites.Files()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path.Join("sites", name)], err = fsys.ReadFile(name)
		return err
	})
	if err != nil {
		return err
	}
	lots, err := fleet.ListSites(fsys, ".")
	if err != nil {
		return err
	}
	for _, site := range lots {
		out, err := render.Build(sync.Snapshot{Site: site, Dir: "sites", Files: files}, render.DefaultLimits())
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, site, sync.DigestOf(out.Manifest))
	}
	return nil
}
