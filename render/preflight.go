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
func preflight(snap sync.Snapshot, limits Limits) error { return preflightWith(snap, limits, nil) }

// preflightWith is preflight with a memory of the files that other lots of the
// same tree were made of. It finds the same, in the same order.
func preflightWith(snap sync.Snapshot, limits Limits, memory *checks) error {
	w := walker{files: snap.Files, folders: folders(snap.Files), limits: limits, memory: memory}
	if err := w.kustomization(fleet.SiteDir(snap.Dir, snap.Site), nil); err != nil {
		return err
	}
	return w.checkWork()
}

type walker struct {
	files   map[string][]byte
	folders map[string]bool
	limits  Limits
	memory  *checks
	visited int

	nodes     int // of all YAML so far
	objects   int
	copies    int
	bytes     int // that generators read
	generated int // keys of the generator at hand
	keys      int // of all generators
	weight    int // of all kustomizations
	heaviest  heaviest
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
	f, err := w.take(file, w.files[file], useKustomization)
	if err != nil {
		return err
	}
	w.weight += f.weight
	if f.weight > w.heaviest.weight {
		w.heaviest = heaviest{file, f.weight}
	}
	for _, r := range f.refs {
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

// take adds what a file comes to, and returns what it says.
func (w *walker) take(name string, data []byte, u use) (facts, error) {
	return w.add(name, data, w.memory.of(name, data, u, w.limits))
}

// add adds what a file, or YAML in the place of one, comes to.
func (w *walker) add(name string, data []byte, f facts) (facts, error) {
	if w.nodes+f.nodes > w.limits.Nodes {
		s := shape{limits: w.limits, nodes: w.nodes} // counts again, to name the line
		_, err := s.file(name, data)
		return f, err
	}
	if f.problem != nil {
		return f, f.problem
	}
	w.nodes += f.nodes
	w.objects += f.objects
	w.copies += f.copies
	if w.copies > maxCopies {
		return f, fmt.Errorf("%s: more than %d operations of JSON patches that copy, each of which may double an object: write the values out (op: add)", name, maxCopies)
	}
	return f, w.checkObjects()
}

// maxGenerators is how many objects of the largest size a lot may generate:
// kustomize's time grows with the square of what is merged.
const maxGenerators = 4

// maxCopies is how often JSON patches may copy: each copy may double an object.
const maxCopies = 8

func (w *walker) checkObjects() error {
	if w.objects > w.limits.Objects {
		return fmt.Errorf("more than %d objects, the most that one lot may have: split the lot, or raise what is shared out of it", w.limits.Objects)
	}
	return nil
}

// generate adds what a generator reads: size bytes, which give it so many keys.
func (w *walker) generate(size, keys int) error {
	w.bytes += size
	w.generated += keys
	w.keys += keys
	switch {
	case w.bytes > w.limits.TotalBytes:
		return fmt.Errorf("more than %d bytes are read by generators, a file that is used twice counted twice: use fewer or smaller files", w.limits.TotalBytes)
	case w.generated > w.limits.Keys:
		return fmt.Errorf("more than %d keys in one generated object: split it", w.limits.Keys)
	case w.keys > maxGenerators*w.limits.Keys:
		return fmt.Errorf("more than %d keys in all generated objects, merged ones counted as often as they are merged: generate fewer", maxGenerators*w.limits.Keys)
	}
	return nil
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
		return "", w.inline(dir, r)
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
		return "", w.file(dir, target, data, r)
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
func (w *walker) file(dir, name string, data []byte, r reference) error {
	f, err := w.take(name, data, r.use)
	switch {
	case err != nil:
		return err
	case r.use == useBytes:
		return w.generate(len(data), 1)
	case r.use == useEnv:
		return w.generate(len(data), f.lines)
	}
	return w.plugin(dir, f)
}

// plugin follows the references of a builtin generator's or transformer's
// configuration.
func (w *walker) plugin(dir string, f facts) error {
	for _, r := range f.refs {
		if _, err := w.follow(dir, r); err != nil {
			return fmt.Errorf("%s: %w", r.field, err)
		}
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

func (w *walker) inline(dir string, r reference) error {
	if r.use == useNothing {
		w.objects++
		w.generated = 0
		return errors.Join(w.checkObjects(), w.generate(0, r.keys))
	}
	const name = "the YAML in it"
	data := []byte(r.inline) // new each time: nothing to remember
	f, err := w.add(name, data, inspect(name, data, r.use, w.limits))
	if err != nil {
		return err
	}
	return w.plugin(dir, f)
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
