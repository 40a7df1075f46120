package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxCapabilities is how much is read of what a server says that it can do, in
// bytes.
const maxCapabilities = 64 << 10

// Capabilities is what a server says that it can do.
type Capabilities struct {
	// Version of the protocol: 2, or 0 for all before it.
	Version int `json:"version"`
	// Filter: it can leave objects out.
	Filter bool `json:"filter"`
	// Shallow: it can leave history out.
	Shallow bool `json:"shallow"`
}

// Greet reads what a server says first. Where it speaks an older version than 2,
// the list of refs that it begins with is what the returned reader reads.
func Greet(r io.Reader) (Capabilities, io.Reader, error) {
	// What was read has to be read again if it is a list of refs.
	var read bytes.Buffer
	p := newPackets(io.TeeReader(io.LimitReader(r, maxCapabilities), &read), maxCapabilities)
	for range 3 { // the preface of HTTP, its end, and the version
		k, line, err := p.line()
		switch {
		case err != nil:
			return Capabilities{}, nil, greeting(err)
		case k == data && line == "version 2":
			caps, err := capabilities(p)
			return caps, nil, err
		case k == flush, strings.HasPrefix(line, "# service="):
			continue
		}
		break
	}
	return Capabilities{}, io.MultiReader(&read, r), nil
}

// greeting is the error of a server that does not begin as Git does.
func greeting(err error) error {
	if _, ok := errors.AsType[*RefusedError](err); ok || errors.Is(err, ErrNotGit) {
		return err
	}
	return unfinished("what the server can do", err)
}

// capabilities reads the lines after "version 2".
func capabilities(p *packets) (Capabilities, error) {
	caps := Capabilities{Version: 2}
	for {
		k, line, err := p.line()
		if err != nil {
			return Capabilities{}, greeting(err)
		}
		if k == flush {
			return caps, nil
		}
		name, value, _ := strings.Cut(line, "=")
		switch name {
		case "fetch":
			for feature := range strings.FieldsSeq(value) {
				caps.Filter = caps.Filter || feature == "filter"
				caps.Shallow = caps.Shallow || feature == "shallow"
			}
		case "object-format":
			if value != "sha1" {
				return Capabilities{}, fmt.Errorf("%w: the repository names its objects by %s, only sha1 is read", ErrNotSpoken, Printable(value))
			}
		}
	}
}
