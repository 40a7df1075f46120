package impact

import (
	"strings"

	"github.com/lotsync/lotsync/sync"
)

const (
	hashLength = 10
	// hashLetters are those of kustomize's name hashes: hexadecimal digits, some
	// of them replaced so that no word comes of it.
	hashLetters = "2456789bcdfghkmt"
)

// stem is a name without the hash that kustomize appends to what it generates.
func stem(name string) string {
	cut := len(name) - hashLength - 1
	if cut < 1 || name[cut] != '-' || strings.Trim(name[cut+1:], hashLetters) != "" {
		return name
	}
	return name[:cut]
}

// generated reports whether kustomize may have generated an object.
func generated(r sync.Ref) bool {
	return r.Group == "" && (r.Kind == "ConfigMap" || r.Kind == "Secret")
}

// stemRef is the name of an object without its hash.
func stemRef(r sync.Ref) sync.Ref {
	if generated(r) {
		r.Name = stem(r.Name)
	}
	return r
}

// title is the short form of a name: "Deployment/gate-controller".
func title(r sync.Ref) string { return r.Kind + "/" + r.Name }

// mask takes the lot's own name out of texts, so that what is the same at every
// lot reads the same.
type mask struct{ name, label, hyphens string }

// tooShort is the length of a name that any text may contain by chance.
const tooShort = 3

func maskOf(site sync.Site) mask {
	name := string(site)
	return mask{name, strings.ReplaceAll(name, "/", "."), strings.ReplaceAll(name, "/", "-")}
}

func (m mask) text(s string) string {
	if len(s) < len(m.name) || len(m.name) < tooShort {
		return s
	}
	s = replaceWord(s, m.name, "${site:name}")
	if m.label == m.name { // a single segment
		return s
	}
	return replaceWord(replaceWord(s, m.label, "${site:label}"), m.hyphens, "${site}")
}

func (m mask) ref(r sync.Ref) sync.Ref {
	r.Name, r.Namespace = m.text(r.Name), m.text(r.Namespace)
	return r
}

// replaceWord replaces a word where no letter or digit stands next to it.
func replaceWord(s, word, by string) string {
	if !strings.Contains(s, word) {
		return s
	}
	var out strings.Builder
	last := byte(0)
	for {
		i := strings.Index(s, word)
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		end := i + len(word)
		if i > 0 {
			last = s[i-1]
		}
		out.WriteString(s[:i])
		if alphanumeric(last) || end < len(s) && alphanumeric(s[end]) {
			out.WriteString(word)
		} else {
			out.WriteString(by)
		}
		last, s = word[len(word)-1], s[end:]
	}
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
