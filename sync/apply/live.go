package apply

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/discovery"
	"github.com/lotsync/lotsync/sync/apply/object"
)

// pageSize bounds the objects in one answer of a list.
const pageSize = 200

// place is a kind in a namespace: what one list request asks for.
type place struct {
	discovery.Resource

	namespace string
	refs      []sync.Ref
}

// found is what a list gave.
type found struct {
	items  []unstructured.Unstructured
	denied string
	gone   bool // the kind is no longer served
}

// look fetches the live form of the bundle's objects: a list for each kind and
// namespace, and single requests for what bears no label of the site.
func (p *pass) look(ctx context.Context) error {
	places := p.places()
	results := make([]found, len(places))
	err := each(ctx, p.cfg.Parallel, places, func(ctx context.Context, i int, at place) error {
		var err error
		results[i], err = p.list(ctx, at)
		return err
	})
	if err != nil {
		return err
	}
	for i, at := range places {
		p.takeIn(at, results[i])
	}
	if err := p.lookSingly(ctx); err != nil {
		return err
	}
	for i, at := range places {
		if results[i].gone && !p.comesAgain(at.Resource) {
			return fmt.Errorf("%w: it no longer serves %s: its kinds are read anew", sync.ErrUnavailable, at.GroupResource())
		}
	}
	p.deferAbsentNamespaces()
	return nil
}

// comesAgain reports whether a kind that is gone is brought by a
// CustomResourceDefinition of the bundle that is gone as well.
func (p *pass) comesAgain(r discovery.Resource) bool {
	name := r.Resource + "." + r.Group
	for _, o := range p.objects {
		if isCRD(o.Ref) && o.Ref.Name == name {
			return p.live[o.Ref] == nil
		}
	}
	return false
}

// places groups the objects by kind and namespace, in the bundle's order.
func (p *pass) places() []place {
	type key struct {
		kind      string
		namespace string
	}
	var out []place
	at := map[key]int{}
	for _, o := range p.objects {
		r, ok := p.resources[o.Ref]
		if !ok || p.late[o.Ref] {
			continue
		}
		k := key{kind: r.String(), namespace: o.Ref.Namespace}
		i, seen := at[k]
		if !seen {
			i = len(out)
			at[k] = i
			out = append(out, place{Resource: r, namespace: o.Ref.Namespace})
		}
		out[i].refs = append(out[i].refs, o.Ref)
	}
	return out
}

// list fetches the site's objects at a place. A right that is missing is part of
// the answer; a kind that is gone means that the catalog is out of date.
func (p *pass) list(ctx context.Context, at place) (found, error) {
	options := metav1.ListOptions{LabelSelector: object.SiteLabel + "=" + p.site, Limit: pageSize}
	var out found
	for {
		page, err := p.conn.resource(at.Resource, at.namespace).List(ctx, options)
		switch {
		case apierrors.IsForbidden(err):
			out.denied, _ = refused(err)
			return out, nil
		case apierrors.IsNotFound(err) && p.arrives(ctx, at):
			continue
		case apierrors.IsNotFound(err):
			p.forget()
			out.gone = true
			return out, nil
		case err != nil:
			return out, unavailable(err)
		}
		out.items = append(out.items, page.Items...)
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return out, nil
		}
	}
}

// forget drops what is known of the server's kinds.
func (c *Cluster) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalog = nil
}

func (p *pass) takeIn(at place, got found) {
	wanted := make(map[sync.Ref]bool, len(at.refs))
	for _, ref := range at.refs {
		wanted[ref] = true
		p.late[ref] = p.late[ref] || got.gone
		if got.denied != "" {
			p.unfit[ref] = got.denied
		}
	}
	for i := range got.items {
		u := &got.items[i]
		if ref := object.RefOf(u); wanted[ref] {
			p.live[ref] = u
		} else {
			p.others[ref] = u
		}
	}
}

// lookSingly asks for what the lists did not show: it is not there, or somebody
// took the label off, or it was there before lotsync was.
func (p *pass) lookSingly(ctx context.Context) error {
	var missing []object.Object
	for _, o := range p.objects {
		if p.live[o.Ref] == nil && p.unfit[o.Ref] == "" && !p.late[o.Ref] {
			missing = append(missing, o)
		}
	}
	got := make([]*unstructured.Unstructured, len(missing))
	denied := make([]string, len(missing))
	err := each(ctx, p.cfg.Parallel, missing, func(ctx context.Context, i int, o object.Object) error {
		u, err := p.get(ctx, p.resources[o.Ref], o.Ref)
		if words, ok := refused(err); ok {
			denied[i] = words
			return nil
		}
		got[i] = u
		return err
	})
	if err != nil {
		return err
	}
	for i, o := range missing {
		switch {
		case denied[i] != "":
			p.unfit[o.Ref] = denied[i]
		case got[i] != nil:
			p.live[o.Ref] = got[i]
		}
	}
	return nil
}

// deferAbsentNamespaces marks the objects whose namespace comes with the bundle.
func (p *pass) deferAbsentNamespaces() {
	for _, o := range p.objects {
		home := sync.Ref{Kind: object.KindNamespace, Name: o.Ref.Namespace}
		if _, brought := p.resources[home]; brought && p.live[home] == nil {
			p.late[o.Ref] = true
		}
	}
}

// get fetches one object; it gives nil if there is none.
func (p *pass) get(ctx context.Context, r discovery.Resource, ref sync.Ref) (*unstructured.Unstructured, error) {
	u, err := p.conn.resource(r, ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // not there is an answer
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return u, nil
}

// denials turns what may not be read into an error, for those who only read.
func (p *pass) denials() error {
	var all []error
	told := map[string]bool{}
	for _, o := range p.objects {
		words := p.unfit[o.Ref]
		if _, known := p.resources[o.Ref]; words != "" && known && !told[words] {
			told[words] = true
			all = append(all, errors.New(words))
		}
	}
	return errors.Join(all...)
}
