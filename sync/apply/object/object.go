// Package object reads a bundle's manifest into objects that can be compared,
// ordered and sent.
package object

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/lotsync/lotsync/sync"
)

// What lotsync reads and writes on the objects of a lot.
const (
	// SiteLabel says which lot an object belongs to.
	SiteLabel = "lotsync.dev/site"
	// PruneAnnotation with the value PruneDisabled keeps an object in the
	// cluster when it leaves Git.
	PruneAnnotation = "lotsync.dev/prune"
	PruneDisabled   = "disabled"
)

// The kinds and groups that more than one place knows.
const (
	KindNamespace = "Namespace"
	KindSecret    = "Secret"
	KindCRD       = "CustomResourceDefinition"
	GroupCRD      = "apiextensions.k8s.io"
)

// Object is one object of a bundle.
type Object struct {
	Ref sync.Ref
	// Body is the object as it is sent. It is not to be changed.
	Body *unstructured.Unstructured
	// Hash stands for Body; a Secret's values are left out of it.
	Hash string
}

// Kind is the object's group, version and kind.
func (o Object) Kind() schema.GroupVersionKind { return o.Body.GroupVersionKind() }

// Parse reads a YAML stream of objects, in its order. It fails with
// sync.ErrInvalid when a document is no object, when two documents name the
// same object, or when there is none at all.
func Parse(manifest []byte) ([]Object, error) {
	var out []Object
	seen := map[sync.Ref]bool{}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifest)))
	for n := 1; ; n++ {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: manifest: document %d: %w", sync.ErrInvalid, n, err)
		}
		body, err := parseOne(doc)
		if err != nil {
			return nil, fmt.Errorf("%w: manifest: document %d: %w", sync.ErrInvalid, n, err)
		}
		if body == nil {
			continue
		}
		o := New(body)
		if seen[o.Ref] {
			return nil, fmt.Errorf("%w: manifest: document %d: %s is there twice: take one of them out", sync.ErrInvalid, n, o.Ref)
		}
		seen[o.Ref] = true
		out = append(out, o)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: the bundle has no object: to apply it would remove everything from the lot", sync.ErrInvalid)
	}
	return out, nil
}

// parseOne reads one document; one that holds nothing gives nil.
func parseOne(doc []byte) (*unstructured.Unstructured, error) {
	data, err := yaml.YAMLToJSON(doc)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return nil, nil //nolint:nilnil // an empty document is nothing, and no mistake
	}
	body := &unstructured.Unstructured{}
	if err := body.UnmarshalJSON(data); err != nil {
		return nil, err
	}
	if body.GetName() == "" {
		return nil, fmt.Errorf("a %s without metadata.name", body.GetKind())
	}
	return body, nil
}

// New makes an Object of body, which it takes over: a Secret's stringData moves
// into data, because the API server keeps no track of who set it there.
func New(body *unstructured.Unstructured) Object {
	foldStringData(body)
	delete(body.Object, "status")
	return Object{Ref: RefOf(body), Body: body, Hash: Hash(Redacted(body).Object)}
}

// RefOf names an object.
func RefOf(u *unstructured.Unstructured) sync.Ref {
	return sync.Ref{
		Group:     u.GroupVersionKind().Group,
		Kind:      u.GetKind(),
		Namespace: u.GetNamespace(),
		Name:      u.GetName(),
	}
}

// InNamespace is the object with another namespace; "" takes it away.
func (o Object) InNamespace(namespace string) Object {
	if o.Ref.Namespace == namespace {
		return o
	}
	body := o.Body.DeepCopy()
	body.SetNamespace(namespace)
	return New(body)
}
