package render

import (
	"maps"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// originAnnotation is where kustomize says which file an object came from, when
// it is asked to.
const originAnnotation = "config.kubernetes.io/origin"

// origins names the file of each object, in kustomize's order. It builds again
// to learn them, which is for errors only; it is nil if that does not work.
func origins(snap sync.Snapshot) []string {
	dir := fleet.SiteDir(snap.Dir, snap.Site)
	files := maps.Clone(snap.Files)
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); files[file] != nil {
			files[file] = askOrigins(files[file])
		}
	}
	resources, err := krust(files, dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, r := range resources.Resources() {
		var origin struct {
			Path         string `yaml:"path"`
			ConfiguredIn string `yaml:"configuredIn"`
		}
		file := ""
		if err := yaml.Unmarshal([]byte(r.GetAnnotations()[originAnnotation]), &origin); err == nil {
			file = path.Join(dir, origin.Path+origin.ConfiguredIn)
		}
		out = append(out, file)
	}
	return out
}

// askOrigins adds the wish to a kustomization; unchanged if it cannot be read.
func askOrigins(kustomization []byte) []byte {
	var fields map[string]any
	if err := yaml.Unmarshal(kustomization, &fields); err != nil {
		return kustomization
	}
	fields["buildMetadata"] = []string{"originAnnotations"}
	data, err := yaml.Marshal(fields)
	if err != nil {
		return kustomization
	}
	return data
}

// filesOf maps objects to the files that they came from.
func filesOf(snap sync.Snapshot, built Output) map[sync.Ref]string {
	files := built.Origins
	if slices.Contains(files, "") {
		files = origins(snap)
	}
	out := map[sync.Ref]string{}
	for i, o := range built.Objects {
		if len(files) == len(built.Objects) && files[i] != "" {
			out[edge.RefOf(o)] = files[i] + ": "
		}
	}
	return out
}
