package apply

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// pass is one call of a method of Cluster: what it is about, and what it has
// seen so far.
type pass struct {
	*Cluster

	conn    *connection
	site    string // in label form
	objects []object.Object

	stored inventory.Inventory // as it lies in the cluster
	// revision is the stored inventory's resourceVersion; "" if there is none.
	revision string

	// kinds is the catalog that this pass goes by, whatever becomes of the cached
	// one; fresh says that it was read in this pass.
	kinds     discovery.Catalog
	fresh     bool
	resources map[sync.Ref]discovery.Resource
	// late are the objects of a kind, or in a namespace, that the bundle itself
	// brings and the cluster has not.
	late map[sync.Ref]bool
	// unfit says of objects why they cannot be sent at all.
	unfit map[sync.Ref]string
	live  map[sync.Ref]*unstructured.Unstructured
	// others are live objects of the site that are not in the bundle.
	others map[sync.Ref]*unstructured.Unstructured
}

// open begins a pass: the bundle is read, the inventory fetched, each object's
// resource found.
func (c *Cluster) open(ctx context.Context, bundle sync.Bundle) (*pass, error) {
	objects, err := object.Parse(bundle.Manifest)
	if err != nil {
		return nil, err
	}
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	p := &pass{
		Cluster: c, conn: conn, site: c.cfg.Site.Label(), objects: objects,
		resources: map[sync.Ref]discovery.Resource{},
		late:      map[sync.Ref]bool{},
		unfit:     map[sync.Ref]string{},
		live:      map[sync.Ref]*unstructured.Unstructured{},
		others:    map[sync.Ref]*unstructured.Unstructured{},
	}
	if err := p.loadInventory(ctx); err != nil {
		return nil, err
	}
	return p, p.resolve(ctx)
}

// resolve finds each object's resource and puts its namespace right.
func (p *pass) resolve(ctx context.Context) error {
	brought := discovery.New(brings(p.objects)...)
	for i, o := range p.objects {
		r, served, err := p.find(ctx, o.Kind())
		if err != nil {
			return err
		}
		if !served {
			var known bool
			if r, known = brought.Find(o.Kind()); !known {
				p.unfit[o.Ref] = p.unknown(o.Kind())
				continue
			}
		}
		o = settle(o, r)
		p.objects[i], p.resources[o.Ref], p.late[o.Ref] = o, r, !served
	}
	return nil
}

// brings lists the resources of the CustomResourceDefinitions in the bundle.
func brings(objects []object.Object) []discovery.Resource {
	var out []discovery.Resource
	for _, o := range objects {
		if isCRD(o.Ref) {
			out = append(out, discovery.OfCRD(o.Body)...)
		}
	}
	return out
}

func isCRD(ref sync.Ref) bool { return ref.Kind == object.KindCRD && ref.Group == object.GroupCRD }

// settle gives a namespaced object a namespace, as kubectl does, and takes it
// from one that lives in none.
func settle(o object.Object, r discovery.Resource) object.Object {
	switch {
	case !r.Namespaced:
		return o.InNamespace("")
	case o.Ref.Namespace == "":
		return o.InNamespace("default")
	default:
		return o
	}
}

// find looks a kind up, and asks the server again for a kind that it did not
// have before.
func (p *pass) find(ctx context.Context, kind schema.GroupVersionKind) (discovery.Resource, bool, error) {
	if err := p.discover(ctx); err != nil {
		return discovery.Resource{}, false, err
	}
	r, ok := p.kinds.Find(kind)
	if ok || p.fresh {
		return r, ok, p.staleGroup(kind, ok)
	}
	p.forget()
	return p.find(ctx, kind)
}

func (p *pass) discover(ctx context.Context) error {
	if p.catalog != nil {
		p.kinds = *p.catalog
		return nil
	}
	catalog, err := discovery.Read(ctx, p.conn.get)
	if err != nil {
		return unavailable(err)
	}
	p.catalog, p.kinds, p.fresh = &catalog, catalog, true
	return nil
}

// staleGroup: a kind may be missing only because its own server is down.
func (p *pass) staleGroup(kind schema.GroupVersionKind, found bool) error {
	if found || !p.kinds.Stale(kind.Group) {
		return nil
	}
	return fmt.Errorf("%w: the server behind API group %s does not answer", sync.ErrUnavailable, kind.Group)
}

func (p *pass) unknown(kind schema.GroupVersionKind) string {
	if versions := p.kinds.Versions(kind.GroupKind()); len(versions) > 0 {
		return fmt.Sprintf("the API server has no version %s of this kind, only %s: set apiVersion to one of these",
			kind.Version, strings.Join(versions, ", "))
	}
	return fmt.Sprintf("the API server has no kind %s in %s: correct apiVersion and kind, or bring its CustomResourceDefinition in the same bundle",
		kind.Kind, kind.GroupVersion())
}

// resource is the way to the objects of a resource in a namespace, which is ""
// for what is in none.
func (n *connection) resource(r discovery.Resource, namespace string) dynamic.ResourceInterface {
	if !r.Namespaced {
		return n.objects.Resource(r.GroupVersionResource)
	}
	return n.objects.Resource(r.GroupVersionResource).Namespace(namespace)
}

func (p *pass) resource(o object.Object) dynamic.ResourceInterface {
	return p.conn.resource(p.resources[o.Ref], o.Ref.Namespace)
}
