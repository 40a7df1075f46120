package share

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// owned says how much of an object may be changed.
type owned int

const (
	ownedNot   owned = iota // other lots have it too
	ownedMeta               // its metadata, and that it has a metadata
	ownedWhole              // all of it
)

// object is a resource on its way through a kustomization.
type object struct {
	res    *resource.Resource
	origin string // the file that it came from
	owned  owned
	// joined: two of its fields are one and the same value in memory, as
	// kustomize leaves them now and then: who sets the one sets the other, and
	// so a copy must be joined too.
	joined bool
	id     *identity // nil: not known
}

// identity is what an object is, and was, called.
type identity struct {
	cur  resid.ResId
	prev []resid.ResId
}

// org is the first name that the object had.
func (id *identity) org() resid.ResId {
	if len(id.prev) > 0 {
		return id.prev[0]
	}
	return id.cur
}

// any reports whether one of the names, past and present, suits.
func (id *identity) any(suits func(resid.ResId) bool) bool {
	return slices.ContainsFunc(id.prev, suits) || suits(id.cur)
}

func (o *object) identity() *identity {
	if o.id == nil {
		o.id = &identity{cur: o.res.CurId(), prev: o.res.PrevIds()}
	}
	return o.id
}

// whole makes all of the object changeable.
func (o *object) whole() *resource.Resource {
	if o.owned < ownedWhole {
		if o.joined {
			o.res = wrap(copyJoined(o.res.YNode(), map[*yaml.Node]*yaml.Node{}))
		} else {
			o.res = wrap(yaml.CopyYNode(o.res.YNode()))
		}
		o.owned, o.joined = ownedWhole, false
	}
	o.id = nil
	return o.res
}

// meta makes the object's metadata changeable.
func (o *object) meta() *resource.Resource {
	if o.joined {
		return o.whole()
	}
	if o.owned < ownedMeta {
		top := *o.res.YNode()
		top.Content = append(make([]*yaml.Node, 0, len(top.Content)), top.Content...)
		for i := 0; i+1 < len(top.Content); i += 2 {
			if top.Content[i].Value == "metadata" {
				top.Content[i+1] = yaml.CopyYNode(top.Content[i+1])
			}
		}
		o.res, o.owned = wrap(&top), ownedMeta
	}
	o.id = nil
	return o.res
}

func wrap(n *yaml.Node) *resource.Resource {
	return &resource.Resource{RNode: *yaml.NewRNode(n)}
}

// copyJoined copies a tree in which a node may have more than one parent.
func copyJoined(n *yaml.Node, done map[*yaml.Node]*yaml.Node) *yaml.Node {
	if made, ok := done[n]; ok {
		return made
	}
	c := *n
	done[n] = &c
	if len(n.Content) > 0 {
		c.Content = make([]*yaml.Node, len(n.Content))
		for i, child := range n.Content {
			c.Content[i] = copyJoined(child, done)
		}
	}
	return &c
}

// freeze makes objects ready to be shared: nothing changes them from now on.
func freeze(objects []object) error {
	seen := map[*yaml.Node]int{}
	for i := range objects {
		o := &objects[i]
		o.joined = false
		if err := join(o.res.YNode(), i+1, seen, &o.joined); err != nil {
			return err
		}
		if !wellFormed(o.res.YNode()) {
			return ErrUnfit
		}
		o.owned, o.id = ownedNot, nil
		o.identity()
	}
	return nil
}

// join finds values that have more than one parent. Within one object single
// values may; that goes no further.
func join(n *yaml.Node, number int, seen map[*yaml.Node]int, joined *bool) error {
	if n == nil || n.Kind == yaml.AliasNode || n.Kind == yaml.DocumentNode {
		return ErrUnfit
	}
	if before := seen[n]; before != 0 {
		if before != number || n.Kind != yaml.ScalarNode {
			return ErrUnfit
		}
		*joined = true
		return nil
	}
	seen[n] = number
	for _, child := range n.Content {
		if err := join(child, number, seen, joined); err != nil {
			return err
		}
	}
	return nil
}

// wellFormed reports whether the object is one about which kustomize's many
// ways to read a name, a label and so on agree.
func wellFormed(n *yaml.Node) bool {
	if n == nil || n.Kind != yaml.MappingNode || !distinct(n) {
		return false
	}
	kind := field(n, "kind")
	version, metadata := field(n, "apiVersion"), field(n, "metadata")
	if !isText(kind) || !isText(version) || metadata == nil || metadata.Kind != yaml.MappingNode || strings.HasSuffix(kind.Value, "List") {
		return false
	}
	if !isText(field(metadata, "name")) || field(metadata, "namespace") != nil && !isText(field(metadata, "namespace")) {
		return false
	}
	for _, name := range []string{"labels", "annotations"} {
		m := field(metadata, name)
		if m == nil {
			continue
		}
		if m.Kind != yaml.MappingNode {
			return false
		}
		for i := 1; i < len(m.Content); i += 2 {
			if m.Content[i].Kind != yaml.ScalarNode || m.Content[i].Tag == yaml.NodeTagNull {
				return false
			}
		}
	}
	return true
}

// isText: a word that is not empty and means itself.
func isText(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Value != "" && strings.TrimSpace(n.Value) == n.Value && n.Tag != yaml.NodeTagNull
}

// distinct reports whether no field comes twice, here and below.
func distinct(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || seen[key.Value] {
				return false
			}
			seen[key.Value] = true
		}
	}
	for _, child := range n.Content {
		if !distinct(child) {
			return false
		}
	}
	return true
}

// field is the value of a field, nil if there is none.
func field(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
