package render

import (
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// repositoryRoot is where a snapshot's files lie in kustomize's in-memory file
// system. It is not "/", so that a way out of it leads nowhere.
const repositoryRoot = "/repository"

// kustomize builds the site's kustomization from the snapshot's files alone.
func kustomize(snap sync.Snapshot) ([]edge.Object, error) {
	dir := fleet.SiteDir(snap.Dir, snap.Site)
	resources, err := krust(snap.Files, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: kustomize: %s: correct what it names", dir, kustomizeWords(err))
	}
	objects := make([]edge.Object, 0, resources.Size())
	for _, r := range resources.Resources() {
		object, err := plain(r.YNode())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		m, ok := object.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: is no object", r.CurId())
		}
		objects = append(objects, m)
	}
	return objects, nil
}

// krust runs kustomize on files in memory: files outside of a kustomization's
// folder, plugins, functions and Helm are refused.
func krust(files map[string][]byte, dir string) (resmap.ResMap, error) {
	fsys := filesys.MakeFsInMemory()
	for name, data := range files {
		if err := fsys.WriteFile(path.Join(repositoryRoot, name), data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	options := &krusty.Options{
		Reorder:          krusty.ReorderOptionUnspecified, // inOrder has the last word, whatever the kustomization asks for
		LoadRestrictions: types.LoadRestrictionsRootOnly,
		PluginConfig:     types.DisabledPluginConfig(),
	}
	return krusty.MakeKustomizer(options).Run(fsys, path.Join(repositoryRoot, dir))
}

// maxWords bounds a message of kustomize, which quotes whole objects at times.
const maxWords = 700

// kustomizeWords is what kustomize says, with paths as they are in the
// repository and without the layers that repeat the way to the place.
func kustomizeWords(err error) string {
	s := err.Error()
	s = strings.ReplaceAll(s, repositoryRoot+"/", "")
	s = strings.ReplaceAll(s, "accumulating resources: accumulation err='", "")
	s = strings.ReplaceAll(s, "accumulation err='", "")
	s, _, _ = strings.Cut(s, "': must build at directory: ") // a second try, as a folder
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "") + " …"
	}
	return s
}
