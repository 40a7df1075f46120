package render

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// refusePlugins refuses the configuration of what is not built into kustomize,
// and addresses in it.
func refusePlugins(docs []*yaml.Node) error {
	for _, doc := range docs {
		if api := text(value(doc, "apiVersion")); api != "builtin" {
			return fmt.Errorf("apiVersion %q: only what is built into kustomize runs (apiVersion: builtin): render it beforehand and commit the result", api)
		}
		if kind := text(value(doc, "kind")); strings.HasPrefix(kind, "Helm") {
			return fmt.Errorf("kind %s: Helm is not run: commit the rendered chart (helm template) as a resource", kind)
		}
		if err := refuseAddresses(doc, false); err != nil {
			return err
		}
	}
	return nil
}

// refuseAddresses refuses addresses in the fields that name files, and below
// them.
func refuseAddresses(n *yaml.Node, namesFiles bool) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && namesFiles {
		_, file, named := strings.Cut(n.Value, "=")
		if !named {
			file = n.Value
		}
		return refuseRemote(reference{path: file, use: useBytes})
	}
	for i, c := range n.Content {
		below := namesFiles
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			below = below || fileField(n.Content[i-1].Value)
		}
		if err := refuseAddresses(c, below); err != nil {
			return err
		}
	}
	return nil
}

func fileField(name string) bool {
	switch strings.ToLower(name) {
	case "path", "paths", "files", "env", "envs":
		return true
	}
	return false
}

// pluginReferences lists what the configurations of builtin generators and
// transformers refer to, and the objects that they make.
func pluginReferences(docs []*yaml.Node) []reference {
	var out []reference
	for _, doc := range docs {
		kind := text(value(doc, "kind"))
		if strings.HasSuffix(kind, "Generator") {
			keys := 0
			if literals := value(doc, "literals"); literals != nil {
				keys = len(literals.Content)
			}
			out = append(out, reference{field: kind, inline: "an object", use: useNothing, keys: keys})
		}
		out = append(out, pluginFiles(kind, doc)...)
	}
	return out
}

// pluginFiles lists the files that one configuration names, in its order.
func pluginFiles(kind string, doc *yaml.Node) []reference {
	var out []reference
	for i := 0; doc.Kind == yaml.MappingNode && i+1 < len(doc.Content); i += 2 {
		field, entries := doc.Content[i].Value, doc.Content[i+1]
		u := useYAML
		switch {
		case !fileField(field) && field != "patches" && field != "patch" && field != "jsonOp":
			continue
		case strings.HasPrefix(strings.ToLower(field), "env"):
			u = useEnv
		case strings.HasSuffix(kind, "Generator"):
			u = useBytes
		}
		list := entries.Content
		if entries.Kind == yaml.ScalarNode {
			list = []*yaml.Node{entries}
		}
		for _, entry := range list {
			if entry.Kind != yaml.ScalarNode {
				continue
			}
			file := entry.Value
			if _, after, named := strings.Cut(file, "="); named && u == useBytes {
				file = after
			}
			out = append(out, fileOrInline(kind+"."+field, file, u))
		}
	}
	return out
}
