package share

import (
	"regexp"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // the only way to kustomize's transformers
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func (l *level) images(p *part) error {
	for _, image := range p.k.Images {
		plugin := &builtins.ImageTagTransformerPlugin{ImageTag: image, FieldSpecs: l.defaults.Images}
		if err := l.on(l.withImage(image), plugin); err != nil {
			return err
		}
	}
	return nil
}

// withImage are the objects that the transformer might change, or refuse.
func (l *level) withImage(image types.Image) []int {
	var out []int
	plain := regexp.MustCompile(`^[a-zA-Z0-9/_.:-]+$`).MatchString(image.Name)
	// Kustomize takes the name for the beginning of a regular expression.
	begins, err := regexp.Compile("^" + image.Name)
	for i := range l.objects {
		if !plain || err != nil || mentions(l.objects[i].res.YNode(), begins) {
			out = append(out, i)
		}
	}
	return out
}

// mentions reports whether an object has an image that begins so, or is not
// made as objects with images are.
func mentions(n *yaml.Node, begins *regexp.Regexp) bool {
	switch n.Kind { //nolint:exhaustive // kinds are no constants in this package of kustomize's
	case yaml.ScalarNode:
		return begins.MatchString(n.Value)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if mentions(item, begins) {
				return true
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			if odd(key, value) || mentions(value, begins) {
				return true
			}
		}
	default:
		return true
	}
	return false
}

// odd reports whether a field on the way to images is none that leads there.
func odd(key string, value *yaml.Node) bool {
	switch key {
	case "containers", "initContainers", "volumes":
		if value.Kind != yaml.SequenceNode {
			return true
		}
		for _, item := range value.Content {
			if item.Kind != yaml.MappingNode {
				return true
			}
			want := yaml.ScalarNode
			if key == "volumes" {
				want = yaml.MappingNode
			}
			if image := field(item, "image"); image != nil && image.Kind != want {
				return true
			}
		}
	case "reference":
		return value.Kind != yaml.ScalarNode
	case "spec", "template", "jobTemplate":
		return value.Kind != yaml.MappingNode
	}
	return false
}
