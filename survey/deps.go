package survey

import (
	"crypto/sha256"
	"path"
	"strings"
)

// deps is what a lot depends on in one folder: what was looked at in it, and
// what was there. Lots that refer to the same things have the same deps, so
// that a folder that thousands of lots use is compared once.
type deps struct {
	id     string // the encoded form, which tells deps apart
	folder string
	items  []dep
}

// dep is what lay at a path.
type dep struct {
	name string
	kind kind
	blob string
}

// depsOf are what a lot depends on that looked at these sorted paths of a tree.
// A folder below which a file was found needs no mention: it is there as long
// as the file is.
func depsOf(t *Tree, looked []string) ([]*deps, error) {
	implied := map[string]bool{".": true}
	kinds := make([]dep, len(looked))
	for i, name := range looked {
		k, blob, err := t.look(name)
		if err != nil {
			return nil, err
		}
		kinds[i] = dep{path.Base(name), k, blob}
		if k == file {
			for dir := path.Dir(name); !implied[dir]; dir = path.Dir(dir) {
				implied[dir] = true
			}
		}
	}
	var all []*deps
	in := map[string]*deps{}
	for i, name := range looked {
		if kinds[i].kind == folder && implied[name] {
			continue
		}
		dir := path.Dir(name)
		d := in[dir]
		if d == nil {
			d = &deps{folder: dir}
			in[dir], all = d, append(all, d)
		}
		d.items = append(d.items, kinds[i])
	}
	for _, d := range all {
		d.id = d.encode()
	}
	return all, nil
}

func (d *deps) encode() string {
	var e encoder
	e.text(d.folder)
	e.uint(uint64(len(d.items)))
	for _, item := range d.items {
		e.text(item.name)
		e.byte(byte(item.kind))
		e.text(item.blob)
	}
	return string(e.data)
}

func decodeDeps(id string) (*deps, error) {
	r := decoder{rest: id}
	d := &deps{id: id, folder: r.text()}
	d.items = make([]dep, r.count())
	for i := range d.items {
		d.items[i] = dep{r.text(), kind(r.byte()), r.text()}
	}
	return d, r.finish()
}

// hold reports whether all is as it was. What cannot be read is not.
func (d *deps) hold(t *Tree) bool {
	for _, item := range d.items {
		if k, blob, err := t.look(path.Join(d.folder, item.name)); err != nil || k != item.kind || blob != item.blob {
			return false
		}
	}
	return true
}

// keyOf stands for all that a lot was made from.
func keyOf(engine, place string, all []*deps) sum {
	h := sha256.New()
	for _, s := range append([]string{engine, place}, ids(all)...) {
		var e encoder
		e.text(s)
		_, _ = h.Write(e.data)
	}
	return sum(h.Sum(nil))
}

func ids(all []*deps) []string {
	out := make([]string, len(all))
	for i, d := range all {
		out[i] = d.id
	}
	return out
}

// placeOf names a lot in the cache: the fleet's folder and the site.
func placeOf(dir, site string) string { return path.Clean(dir) + "\x00" + site }

// siteOf is the site in a lot's place.
func siteOf(place string) string {
	_, site, _ := strings.Cut(place, "\x00")
	return site
}
