package discovery

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// accept asks for all groups in one answer; a server too old for it gives its
// list of groups instead.
const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList," +
	"application/json"

// Get asks the API server for a path.
type Get func(ctx context.Context, path, accept string) ([]byte, error)

// Read asks the API server for all its kinds: two requests as a rule.
func Read(ctx context.Context, get Get) (Catalog, error) {
	c := New()
	for _, path := range []string{"/api", "/apis"} {
		data, err := get(ctx, path, accept)
		if err != nil {
			return Catalog{}, fmt.Errorf("discovery: %s: %w", path, err)
		}
		if err := c.read(ctx, path, data, get); err != nil {
			return Catalog{}, fmt.Errorf("discovery: %s: %w", path, err)
		}
	}
	return c, nil
}

// read takes in the answer for /api or /apis, in whichever form it came.
func (c Catalog) read(ctx context.Context, path string, data []byte, get Get) error {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "APIGroupDiscoveryList":
		return c.readAggregated(data)
	case "APIVersions", "APIGroupList":
		return c.readGroups(ctx, path, data, get)
	default:
		return fmt.Errorf("the answer is a %q, and no list of kinds: is this a Kubernetes API server?", head.Kind)
	}
}

type aggregated struct {
	Items []struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Versions []struct {
			Version   string `json:"version"`
			Freshness string `json:"freshness"`
			Resources []struct {
				Resource     string `json:"resource"`
				Scope        string `json:"scope"`
				ResponseKind struct {
					Kind string `json:"kind"`
				} `json:"responseKind"`
				Verbs []string `json:"verbs"`
			} `json:"resources"`
		} `json:"versions"`
	} `json:"items"`
}

func (c Catalog) readAggregated(data []byte) error {
	var list aggregated
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, group := range list.Items {
		for _, version := range group.Versions {
			if version.Freshness == "Stale" {
				c.stale[group.Metadata.Name] = true
			}
			for _, r := range version.Resources {
				c.add(Resource{
					GroupVersionResource: schema.GroupVersionResource{
						Group: group.Metadata.Name, Version: version.Version, Resource: r.Resource,
					},
					Kind: r.ResponseKind.Kind, Namespaced: r.Scope == "Namespaced", Verbs: r.Verbs,
				})
			}
		}
	}
	return nil
}

// groupList is the older form: /api names versions, /apis names groups with
// theirs.
type groupList struct {
	Versions []string `json:"versions"`
	Groups   []struct {
		Name     string `json:"name"`
		Versions []struct {
			GroupVersion string `json:"groupVersion"`
		} `json:"versions"`
	} `json:"groups"`
}

func (c Catalog) readGroups(ctx context.Context, path string, data []byte, get Get) error {
	var list groupList
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, version := range list.Versions {
		if err := c.readVersion(ctx, path, version, get); err != nil {
			return err
		}
	}
	for _, group := range list.Groups {
		for _, version := range group.Versions {
			if err := c.readVersion(ctx, path, version.GroupVersion, get); err != nil {
				c.stale[group.Name] = true // one group's own server is down: the others count
			}
		}
	}
	return nil
}

func (c Catalog) readVersion(ctx context.Context, path, groupVersion string, get Get) error {
	data, err := get(ctx, path+"/"+groupVersion, "application/json")
	if err != nil {
		return err
	}
	var list struct {
		Resources []struct {
			Name       string   `json:"name"`
			Kind       string   `json:"kind"`
			Namespaced bool     `json:"namespaced"`
			Verbs      []string `json:"verbs"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	gv, err := schema.ParseGroupVersion(groupVersion)
	if err != nil {
		return err
	}
	for _, r := range list.Resources {
		if strings.Contains(r.Name, "/") { // a subresource
			continue
		}
		c.add(Resource{GroupVersionResource: gv.WithResource(r.Name), Kind: r.Kind, Namespaced: r.Namespaced, Verbs: r.Verbs})
	}
	return nil
}
