package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// resource is how the API server serves a kind.
type resource struct {
	Name, Kind string
	Namespaced bool
}

// ref names an object.
type ref struct {
	APIVersion, Kind string
	Metadata         struct{ Name, Namespace string }
}

func (r ref) String() string { return r.Kind + " " + r.Metadata.Name }

// objectsOf lists the objects of a bundle.
func objectsOf(manifest []byte) ([]ref, error) {
	var refs []ref
	for dec := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest), 4096); ; {
		var r ref
		err := dec.Decode(&r)
		if errors.Is(err, io.EOF) {
			return refs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the bundle: %w", err)
		}
		if r.Kind != "" {
			refs = append(refs, r)
		}
	}
}

// path finds out where the API server has an object.
func (a *api) path(ctx context.Context, r ref) (string, error) {
	root := "/apis/" + r.APIVersion
	if r.APIVersion == "v1" {
		root = "/api/v1"
	}
	kinds, known := a.resources[r.APIVersion]
	if !known {
		var list struct{ Resources []resource }
		if err := a.read(ctx, root, &list); err != nil {
			return "", err
		}
		kinds = map[string]resource{}
		for _, k := range list.Resources {
			if _, first := kinds[k.Kind]; !first { // subresources come after it
				kinds[k.Kind] = k
			}
		}
		a.resources[r.APIVersion] = kinds
	}
	k, ok := kinds[r.Kind]
	if !ok {
		return "", fmt.Errorf("the API server has no %s in %s", r.Kind, r.APIVersion)
	}
	if k.Namespaced {
		root += "/namespaces/" + r.Metadata.Namespace
	}
	return root + "/" + k.Name + "/" + r.Metadata.Name, nil
}

// versions gets each object's resourceVersion and UID: two equal answers, and
// nobody has written in between. An object that is missing is an error.
func (a *api) versions(ctx context.Context, refs []ref) (map[string]string, error) {
	out := map[string]string{}
	for _, r := range refs {
		path, err := a.path(ctx, r)
		if err != nil {
			return nil, err
		}
		var t thing
		if err := a.read(ctx, path, &t); err != nil {
			return nil, err
		}
		out[path] = t.Metadata.UID + "@" + t.Metadata.ResourceVersion
	}
	return out, nil
}
