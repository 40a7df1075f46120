package render

import (
	"bytes"
	"fmt"
	stdsync "sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
)

// facts is what the bytes of one file say by themselves, whatever else the lot
// is made of: they depend on the bytes, their use and the limits only.
type facts struct {
	nodes   int         // YAML values, aliases written out, up to the problem if there is one
	objects int         // that a resource file adds
	lines   int         // of an env file
	copies  int         // JSON patch operations that copy
	refs    []reference // to other files, and what is inline
	weight  int         // of what a kustomization does to objects: see weigh
	problem error       // the first
}

// inspect reads a file as kustomize will, for one use.
func inspect(name string, data []byte, u use, limits Limits) facts {
	switch u { //nolint:exhaustive // the rest is YAML
	case useBytes, useNothing:
		return facts{}
	case useEnv:
		f := facts{lines: bytes.Count(data, []byte("\n"))}
		if f.lines > limits.Keys {
			f.problem = fmt.Errorf("%s: %d lines, at most %d are rendered: split it", name, f.lines, limits.Keys)
		}
		return f
	}
	s := shape{limits: limits}
	docs, err := s.file(name, data)
	f := facts{nodes: s.nodes, problem: err}
	if err == nil {
		f.judge(name, data, docs, u, limits)
	}
	return f
}

// judge looks at the documents of a file whose shape is good.
func (f *facts) judge(name string, data []byte, docs []*yaml.Node, u use, limits Limits) {
	switch u { //nolint:exhaustive // of the rest, the shape is all there is to judge
	case useKustomization:
		f.refs, f.weight, f.problem = readKustomization(name, data, docs)
	case useRoot:
		f.objects, f.problem = countObjects(docs), named(name, docs)
	case usePlugin:
		f.refs, f.problem = pluginReferences(docs), refusePlugins(docs)
	case useCRD:
		f.problem = checkDefinitions(name, data, limits)
	}
	if u != useRoot {
		for _, doc := range docs {
			f.copies += copies(doc)
		}
	}
}

// readKustomization lists what a kustomization refers to, and weighs it.
func readKustomization(name string, data []byte, docs []*yaml.Node) ([]reference, int, error) {
	var k types.Kustomization
	if len(docs) != 1 {
		return nil, 0, fmt.Errorf("%s: %d YAML documents, want one", name, len(docs))
	}
	if err := k.Unmarshal(data); err != nil {
		return nil, 0, fmt.Errorf("%s: %s: correct the field", name, kustomizeWords(err))
	}
	if err := refuseFields(k); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return references(k), weigh(k), nil
}

// checks remembers the facts of files for the lots of one tree, which share
// most of them. It goes by the place of the bytes in memory: who hands it to
// several preflights reads each file once, and never changes what was read. It
// may be used by several goroutines; nil remembers nothing.
type checks struct {
	limits Limits
	mu     stdsync.Mutex
	known  map[fileKey]facts
}

// newChecks makes an empty memory for preflights with these limits.
func newChecks(limits Limits) *checks {
	return &checks{limits: limits, known: map[fileKey]facts{}}
}

// fileKey is a file, by its name, its use and the identity of its bytes.
type fileKey struct {
	name  string
	first *byte
	size  int
	use   use
}

// of returns the facts of a file. Two goroutines that ask at once may both work
// them out, to the same end.
func (c *checks) of(name string, data []byte, u use, limits Limits) facts {
	if c == nil || len(data) == 0 || limits != c.limits {
		return inspect(name, data, u, limits)
	}
	key := fileKey{name: name, first: &data[0], size: len(data), use: u}
	c.mu.Lock()
	f, known := c.known[key]
	c.mu.Unlock()
	if known {
		return f
	}
	f = inspect(name, data, u, limits)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[key] = f
	return f
}
