package openapi

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// versions is a set of Kubernetes versions: bit 0 is the newest.
type versions uint

// Versions are the minor versions of Kubernetes that Load knows, newest first.
func Versions() []string {
	text, err := unpack()
	if err != nil {
		return nil // a test holds that it can be read
	}
	return versionsIn(text)
}

func versionsIn(text string) []string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.Fields(line)
}

// Load reads what a minor version of Kubernetes knows, such as 1.34; the newest
// one for an empty version. A leading v, a patch release and what k3s adds to it
// (v1.34.2+k3s1) do not matter. It takes a few milliseconds: load once, and use
// the result for all objects.
func Load(version string) (*Schema, error) {
	text, err := unpack()
	if err != nil {
		return nil, fmt.Errorf("load the Kubernetes schema: %w", err)
	}
	s, err := decode(text, version)
	if err != nil {
		return nil, fmt.Errorf("load the Kubernetes schema: %w", err)
	}
	return s, nil
}

func unpack() (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

// pick finds a version among those known.
func pick(version string, known []string) (int, error) {
	if len(known) == 0 {
		return 0, errDamaged
	}
	if version == "" {
		return 0, nil
	}
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	i := slices.Index(known, strings.Join(parts[:min(2, len(parts))], "."))
	if i < 0 {
		return 0, fmt.Errorf("version %q is unknown: choose one of %s", version, strings.Join(known, ", "))
	}
	return i, nil
}

var errDamaged = errors.New("the packed text is damaged: run go generate ./render/openapi")

// decoder takes one version out of the packed text.
type decoder struct {
	version versions          // a set of one
	all     versions          // the set of all
	objects []shape           // by number of definition
	shapes  map[string]*shape // by how they are written: equal ones are one
}

func decode(text, version string) (*Schema, error) {
	known := versionsIn(text)
	index, err := pick(version, known)
	if err != nil {
		return nil, err
	}
	blocks := strings.Split(strings.TrimSuffix(text, "\n\n"), "\n\n")
	d := decoder{
		version: 1 << index,
		all:     1<<len(known) - 1,
		objects: make([]shape, len(blocks)-1),
		shapes:  map[string]*shape{},
	}
	for i, block := range blocks[1:] {
		if d.objects[i], err = d.definition(block); err != nil {
			return nil, err
		}
	}
	s := &Schema{version: known[index], known: known, kinds: map[kindName]kind{}, kindsOf: map[string][]string{}}
	_, kinds, _ := strings.Cut(blocks[0], "\n")
	for line := range strings.SplitSeq(kinds, "\n") {
		if err := d.addKind(s, strings.Fields(line)); err != nil {
			return nil, err
		}
	}
	pod := s.kinds[kindName{"v1", "Pod"}].shape
	if pod == nil || pod.field("metadata") == nil {
		return nil, errDamaged
	}
	s.meta = pod.field("metadata").shape
	return s, nil
}

// addKind reads a line of a kind. A kind of other versions keeps no shape.
func (d *decoder) addKind(s *Schema, words []string) error {
	if len(words) < 3 {
		return errDamaged
	}
	name := kindName{words[0], words[1]}
	in, err := d.set(words[3:])
	if err != nil {
		return err
	}
	k := kind{in: in}
	if in&d.version != 0 {
		if k.shape, err = d.shape(words[2]); err != nil {
			return err
		}
		s.kindsOf[name.apiVersion] = append(s.kindsOf[name.apiVersion], name.kind)
	}
	s.kinds[name] = k
	return nil
}

// definition reads a block: a name, and its fields in the order of their lines.
func (d *decoder) definition(block string) (shape, error) {
	name, rest, _ := strings.Cut(block, "\n")
	out := shape{class: object, name: name}
	out.fields = make([]field, 0, strings.Count(rest, "\n")+1)
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		f, err := d.field(line)
		if err != nil {
			return shape{}, err
		}
		out.add(f)
	}
	out.sort()
	return out, nil
}

// add adds a field, or joins what several lines say of one that has changed over
// the versions.
func (s *shape) add(f field) {
	last := len(s.fields) - 1
	if last < 0 || s.fields[last].name != f.name {
		s.fields = append(s.fields, f)
		return
	}
	f.in |= s.fields[last].in
	if f.shape == nil {
		f.shape, f.required = s.fields[last].shape, s.fields[last].required
	}
	s.fields[last] = f
}

// field reads a line such as "name! s", "ports [235:containerPort,protocol 3".
func (d *decoder) field(line string) (field, error) {
	name, rest, _ := strings.Cut(line, " ")
	written, set, limited := strings.Cut(rest, " ")
	in := d.all
	if limited {
		var err error
		if in, err = d.set([]string{set}); err != nil {
			return field{}, err
		}
	}
	bare := strings.TrimSuffix(name, "!")
	if in&d.version == 0 {
		return field{name: bare, in: in}, nil
	}
	s, err := d.shape(written)
	return field{name: bare, required: bare != name, shape: s, in: in}, err
}

func (d *decoder) set(words []string) (versions, error) {
	if len(words) == 0 {
		return d.all, nil
	}
	bits, err := strconv.ParseUint(words[0], 16, 32)
	if err != nil {
		return 0, errDamaged
	}
	return versions(bits), nil
}

// shape reads a shape, and makes one of those that are written alike.
func (d *decoder) shape(written string) (*shape, error) {
	if s := d.shapes[written]; s != nil {
		return s, nil
	}
	s, err := d.newShape(written)
	if err != nil {
		return nil, err
	}
	d.shapes[written] = s
	return s, nil
}

func (d *decoder) newShape(written string) (*shape, error) {
	if written == "" {
		return nil, errDamaged
	}
	if c := class(written[0]); c == list || c == mapping {
		elem, keys, keyed := strings.Cut(written[1:], ":")
		s := &shape{class: c}
		if keyed {
			keys, enum, has := strings.Cut(keys, "|")
			s.keys = strings.Split(keys, ",")
			if has {
				elem += "|" + enum
			}
		}
		var err error
		s.elem, err = d.shape(elem)
		return s, err
	}
	if number, err := strconv.Atoi(written); err == nil {
		if number < 0 || number >= len(d.objects) {
			return nil, errDamaged
		}
		return &d.objects[number], nil
	}
	s := &shape{class: class(written[0])}
	if values := strings.Split(written, "|"); len(values) > 1 {
		s.enum = append(values[1:], "") // as good as not set
	}
	return s, nil
}
