package share

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/konfig"
)

// reads are the files that something was made from; nil for a file that must
// not exist.
type reads map[string][]byte

// hold reports whether the same would be read in other files.
func (r reads) hold(files map[string][]byte) bool {
	for name, data := range r {
		other, ok := files[name]
		if ok != (data != nil) || !same(data, other) {
			return false
		}
	}
	return true
}

// same compares bytes, which are mostly the same in memory.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || bytes.Equal(a, b))
}

// loader reads the files in and below one folder of a snapshot, and keeps a
// record. It is kustomize's ifc.Loader.
type loader struct {
	files  map[string][]byte
	root   string
	record reads
	sealed bool // the record is complete: what is not in it is not read
}

// Load implements ifc.Loader.
func (l *loader) Load(location string) ([]byte, error) {
	name := path.Join(l.root, location)
	if strings.ContainsAny(location, ":\\") || path.IsAbs(location) || !below(l.root, name) {
		return nil, fmt.Errorf("%s: %w", location, ErrUnfit)
	}
	data, ok := l.look(name)
	if !ok {
		return nil, fmt.Errorf("%s: %w", location, ErrUnfit)
	}
	return data, nil
}

// look reads a file by its path in the snapshot.
func (l *loader) look(name string) ([]byte, bool) {
	if l.sealed {
		data := l.record[name]
		return data, data != nil
	}
	data, ok := l.files[name]
	if ok && data == nil {
		data = []byte{}
	}
	l.record[name] = data
	return data, ok
}

// kustomization reads the folder's kustomization.
func (l *loader) kustomization() ([]byte, string, error) {
	var content []byte
	found := ""
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		file := path.Join(l.root, name)
		data, ok := l.look(file)
		if !ok {
			continue
		}
		if found != "" {
			return nil, "", ErrUnfit
		}
		content, found = data, file
	}
	if found == "" {
		return nil, "", ErrUnfit
	}
	return content, found, nil
}

// folder is where a kustomization's reference to another leads.
func (l *loader) folder(entry string) (string, error) {
	dir := path.Join(l.root, entry)
	remote := strings.ContainsAny(entry, ":@?\\") || strings.Contains(entry, "git") && (strings.Contains(entry, ".git") || strings.Contains(entry, "_git") || strings.Contains(entry, "github"))
	if entry == "" || remote || path.IsAbs(entry) || dir == ".." || strings.HasPrefix(dir, "../") {
		return "", ErrUnfit
	}
	for segment := range strings.SplitSeq(entry, "/") {
		if segment != ".." && strings.Contains(segment, "..") {
			return "", ErrUnfit
		}
	}
	return dir, nil
}

// below reports whether a file or folder lies below dir.
func below(dir, name string) bool {
	return dir == "." && name != ".." && !strings.HasPrefix(name, "../") || strings.HasPrefix(name, dir+"/")
}

// Repo implements ifc.Loader.
func (l *loader) Repo() string { return "" }

// Root implements ifc.Loader.
func (l *loader) Root() string { return "/" + l.root }

// New implements ifc.Loader. Folders are entered by Folders.
func (l *loader) New(string) (ifc.Loader, error) { return nil, ErrUnfit }

// Cleanup implements ifc.Loader.
func (l *loader) Cleanup() error { return nil }
