package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// preflight walks a lot's kustomizations as kustomize will, and refuses what
// would leave the snapshot, start something, or blow up.
func preflight(snap sync.Snapshot, limits Limits) error {
	w := walker{files: snap.Files, folders: folders(snap.Files), limits: limits, shape: &shape{limits: limits}}
	return w.kustomization(fleet.SiteDir(snap.Dir, snap.Site), nil)
}

type walker struct {
	files   map[string][]byte
	folders map[string]bool
	limits  Limits
	shape   *shape
	visited int
}

// folders are the folders that the files lie in.
func folders(files map[string][]byte) map[string]bool {
	out := map[string]bool{}
	for name := range files {
		for dir := path.Dir(name); !out[dir]; dir = path.Dir(dir) {
			out[dir] = true
		}
	}
	return out
}

// kustomization checks the kustomization in dir and those that it refers to.
// above are the folders that led here.
func (w *walker) kustomization(dir string, above []string) error {
	if slices.Contains(above, dir) {
		return fmt.Errorf("%s refers to itself: %s: remove one of the references", dir, strings.Join(append(above, dir), " → "))
	}
	if w.visited++; w.visited > w.limits.Kustomizations {
		return fmt.Errorf("more than %d kustomizations are built for this lot, one that is used twice counted twice: use fewer levels", w.limits.Kustomizations)
	}
	file, err := w.kustomizationFile(dir)
	if err != nil {
		return err
	}
	k, err := w.read(file)
	if err != nil {
		return err
	}
	if err := refuseFields(k); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, r := range references(k) {
		folder, err := w.follow(dir, r)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", file, r.field, err)
		}
		if folder == "" {
			continue
		}
		if err := w.kustomization(folder, append(above, dir)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) kustomizationFile(dir string) (string, error) {
	var found []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); w.files[file] != nil {
			found = append(found, file)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s: there is no kustomization.yaml: add one", dir)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s: more than one kustomization (%s): keep one", dir, strings.Join(found, ", "))
}

func (w *walker) read(file string) (types.Kustomization, error) {
	var k types.Kustomization
	docs, err := w.shape.file(file, w.files[file])
	if err != nil {
		return k, err
	}
	if len(docs) != 1 {
		return k, fmt.Errorf("%s: %d YAML documents, want one", file, len(docs))
	}
	if err := k.Unmarshal(w.files[file]); err != nil {
		return k, fmt.Errorf("%s: %s: correct the field", file, kustomizeWords(err))
	}
	return k, nil
}

// refuseFields refuses what starts programs or reaches beyond the lot.
func refuseFields(k types.Kustomization) error {
	switch {
	case len(k.OpenAPI) > 0:
		return errors.New("openapi: is not allowed, as it changes how other lots are merged: remove it")
	case len(k.HelmCharts)+len(k.HelmChartInflationGenerator) > 0 || k.HelmGlobals != nil:
		return errors.New("helmCharts: Helm is not run: commit the rendered chart (helm template) as a resource")
	}
	return nil
}

// follow checks one reference of the kustomization in dir. folder is where it
// leads, if it is another kustomization.
func (w *walker) follow(dir string, r reference) (folder string, err error) {
	if r.inline != "" {
		return "", w.inline(r)
	}
	if err := refuseRemote(r); err != nil {
		return "", err
	}
	target := path.Join(dir, r.path)
	if target == ".." || strings.HasPrefix(target, "../") || path.IsAbs(r.path) {
		return "", fmt.Errorf("%s lies outside of the repository: refer to what is in it", r.path)
	}
	data, isFile := w.files[target]
	switch {
	case isFile && !within(dir, target):
		return "", fmt.Errorf("%s is a file outside of %s: kustomize reads files only in and below the kustomization's own folder; refer to a folder with its own kustomization.yaml instead", r.path, dir)
	case isFile:
		return "", w.file(target, data, r)
	case !w.folders[target]:
		return "", fmt.Errorf("%s: there is no such file or folder (%s): correct the path, or add it", r.path, target)
	case r.use != useRoot:
		return "", fmt.Errorf("%s is a folder: name a file", r.path)
	}
	_, err = w.kustomizationFile(target)
	return target, err
}

func within(dir, file string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }

// file checks a file by what it is used for.
func (w *walker) file(name string, data []byte, r reference) error {
	if r.use == useBytes {
		return nil
	}
	if r.use == useEnv {
		if lines := strings.Count(string(data), "\n"); lines > w.limits.Keys {
			return fmt.Errorf("%s: %d lines, at most %d are rendered: split it", name, lines, w.limits.Keys)
		}
		return nil
	}
	docs, err := w.shape.file(name, data)
	if err != nil {
		return err
	}
	if r.use == usePlugin {
		return refusePlugins(docs)
	}
	if r.use == useRoot {
		return errors.Join(named(name, docs), w.shape.count(docs))
	}
	return nil
}

// named refuses resources that kustomize, and a cluster, cannot tell from
// others.
func named(file string, docs []*yaml.Node) error {
	for _, doc := range docs {
		metadata := &yaml.Node{}
		if m := value(doc, "metadata"); m != nil {
			metadata = m
		}
		kind := text(value(doc, "kind"))
		switch {
		case doc.Tag == "!!null" || strings.HasSuffix(kind, "List"):
		case doc.Kind != yaml.MappingNode:
			return fmt.Errorf("%s:%d: is no object: give it apiVersion, kind and metadata", file, doc.Line)
		case kind == "":
			return fmt.Errorf("%s:%d: an object without a kind: add it", file, doc.Line)
		case text(value(metadata, "name")) != "":
		case value(metadata, "generateName") != nil:
			return fmt.Errorf("%s:%d: %s: metadata.generateName: each pass would make a new one: give it a name", file, doc.Line, kind)
		default:
			return fmt.Errorf("%s:%d: %s: metadata.name is missing: add it", file, doc.Line, kind)
		}
	}
	return nil
}

func (w *walker) inline(r reference) error {
	if r.use == useNothing {
		w.shape.objects++
		return w.shape.checkObjects()
	}
	docs, err := w.shape.file("the YAML in it", []byte(r.inline))
	if err == nil && r.use == usePlugin {
		err = refusePlugins(docs)
	}
	return err
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
