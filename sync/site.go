package sync

import (
	"fmt"
	"strings"
)

// maxSite is the longest site name, in bytes: its label form must fit into a
// Kubernetes label value.
const maxSite = 63

// Site names one lot by its path below the fleet's folder: "nl/ams/0042".
type Site string

// ParseSite checks a site name: segments of [a-z0-9-]+ joined by slashes, 63
// characters in all, neither beginning nor ending a segment with a hyphen.
func ParseSite(name string) (Site, error) {
	if name == "" {
		return "", fmt.Errorf("site: no name given: a site is named by its path below the fleet's folder, such as nl/ams/0042")
	}
	if len(name) > maxSite {
		return "", fmt.Errorf("site %q: %d characters, at most %d fit into a label", name, len(name), maxSite)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !validSegment(segment) {
			return "", fmt.Errorf("site %q: segment %q: want one or more of a-z, 0-9 and -, beginning and ending with a letter or digit", name, segment)
		}
	}
	return Site(name), nil
}

func validSegment(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range []byte(s) {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// Label is the site's name in the form that a Kubernetes label value takes:
// "nl.ams.0042".
func (s Site) Label() string { return strings.ReplaceAll(string(s), "/", ".") }
