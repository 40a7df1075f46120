package survey

import (
	stdsync "sync"

	"github.com/lotsync/lotsync/render/edge"
)

// schemas checks objects against a schema, each content once.
type schemas struct {
	schema Schema

	mu    stdsync.Mutex
	found map[sum][]SchemaProblem
}

func newSchemas(s Schema) *schemas { return &schemas{schema: s, found: map[sum][]SchemaProblem{}} }

// lotSchema is the schema for one lot. Where the lot brings kinds of its own,
// what is found holds for that lot only.
type lotSchema struct {
	all *schemas
	own Schema
}

// of is the schema for a lot of these objects.
func (s *schemas) of(objects []edge.Object) lotSchema {
	var crds []edge.Object
	for _, o := range objects {
		if ref := edge.RefOf(o); ref.Kind == "CustomResourceDefinition" && ref.Group == "apiextensions.k8s.io" {
			crds = append(crds, o)
		}
	}
	if s.schema == nil || len(crds) == 0 {
		return lotSchema{all: s}
	}
	return lotSchema{all: s, own: s.schema.With(crds)}
}

func (l lotSchema) check(content sum, o edge.Object) []SchemaProblem {
	if l.own != nil {
		return l.own.Check(o)
	}
	s := l.all
	if s.schema == nil {
		return nil
	}
	s.mu.Lock()
	problems, known := s.found[content]
	s.mu.Unlock()
	if known {
		return problems
	}
	problems = s.schema.Check(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found[content] = problems
	return problems
}
