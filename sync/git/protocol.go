package git

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// What a remote may say before a pack begins.
const (
	maxAdvert = 64 << 20 // bytes of the list of refs
	maxTips   = 10_000   // refs that are remembered to look for a bare commit
)

var (
	errEmptyRepo  = errors.New("the repository is empty")
	errRefMissing = errors.New("the repository has no such ref")
)

// advert is what a remote's list of refs says about the ref that is followed.
type advert struct {
	// wants are the objects to ask for: one, or all tips when a bare commit has
	// to be looked for.
	wants []plumbing.Hash
	// commit is what the ref comes to, tags peeled.
	commit plumbing.Hash
	// shallow: the server can leave history out.
	shallow bool
}

// readAdvert reads a remote's list of refs, as upload-pack sends it first in
// versions 0 and 1 of the protocol. It keeps nothing but what concerns ref, as
// a host may have hundreds of thousands of refs.
func readAdvert(r io.Reader, ref string) (advert, error) {
	scanner := pktline.NewScanner(io.LimitReader(r, maxAdvert))
	list := newRefList(ref)
	for preface := false; scanner.Scan(); {
		line := string(bytes.TrimSuffix(scanner.Bytes(), []byte("\n")))
		switch {
		case strings.HasPrefix(line, "# service="):
			preface = true // HTTP's, with an end of its own
			continue
		case line == "" && preface:
			preface = false
			continue
		case line == "":
			return list.advert()
		case line == "version 1":
			continue
		}
		if err := list.line(line); err != nil {
			return advert{}, err
		}
	}
	var refused *pktline.ErrorLine
	switch err := scanner.Err(); {
	case errors.As(err, &refused):
		return advert{}, wire.Refused(refused.Text)
	case errors.Is(err, pktline.ErrInvalidPktLen):
		return advert{}, wire.ErrNotGit
	case err != nil:
		return advert{}, err
	}
	return advert{}, fmt.Errorf("list of refs: %w", io.ErrUnexpectedEOF)
}

// refList reads the lines of a list of refs.
type refList struct {
	commit plumbing.Hash            // what is looked for, if it is a commit
	names  []string                 // what is looked for otherwise, the best first
	found  map[string]plumbing.Hash // what is found of it, peeled ones as "name^{}"
	tips   []plumbing.Hash          // where a bare commit may be found
	caps   map[string]bool          // what the server can do
	first  bool
}

func newRefList(ref string) *refList {
	l := &refList{found: map[string]plumbing.Hash{}, caps: map[string]bool{}, first: true}
	switch {
	case plumbing.IsHash(ref):
		l.commit = plumbing.NewHash(ref)
	case ref == "HEAD" || strings.HasPrefix(ref, "refs/"):
		l.names = []string{ref}
	default:
		l.names = []string{"refs/heads/" + ref, "refs/tags/" + ref}
	}
	return l
}

func (l *refList) line(line string) error {
	line, caps, _ := strings.Cut(line, "\x00")
	if l.first {
		l.first = false
		for c := range strings.FieldsSeq(caps) {
			l.caps[c] = true
		}
	}
	if strings.HasPrefix(line, "shallow ") {
		return nil
	}
	hash, name, ok := strings.Cut(line, " ")
	if !ok || !plumbing.IsHash(hash) {
		return wire.ErrNotGit
	}
	id := plumbing.NewHash(hash)
	if id.IsZero() {
		return errEmptyRepo
	}
	if id == l.commit || len(l.tips) < maxTips && !l.commit.IsZero() &&
		(strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/")) && !strings.HasSuffix(name, "^{}") {
		l.tips = append(l.tips, id)
	}
	for _, want := range l.names {
		if strings.TrimSuffix(name, "^{}") == want {
			l.found[name] = id
		}
	}
	return nil
}

// advert is what the lines come to.
func (l *refList) advert() (advert, error) {
	switch {
	case l.first:
		return advert{}, errEmptyRepo
	case l.caps["object-format=sha256"]:
		return advert{}, fmt.Errorf("%w: the repository names its objects by SHA-256, only SHA-1 is read", wire.ErrNotSpoken)
	case !l.caps["side-band-64k"]:
		return advert{}, fmt.Errorf("%w: it offers no side-band-64k", wire.ErrNotSpoken)
	case !l.commit.IsZero():
		return l.bareCommit()
	}
	for _, name := range l.names {
		if id, ok := l.found[name]; ok {
			commit := id
			if peeled, ok := l.found[name+"^{}"]; ok {
				commit = peeled
			}
			return advert{wants: []plumbing.Hash{id}, commit: commit, shallow: l.caps["shallow"]}, nil
		}
	}
	return advert{}, errRefMissing
}

// bareCommit asks for a commit by its hash where the server allows that, and
// otherwise for everything that it may be part of.
func (l *refList) bareCommit() (advert, error) {
	adv := advert{commit: l.commit, wants: []plumbing.Hash{l.commit}, shallow: l.caps["shallow"]}
	if l.caps["allow-reachable-sha1-in-want"] || l.caps["allow-any-sha1-in-want"] {
		return adv, nil
	}
	if len(l.tips) == 0 {
		return advert{}, errRefMissing
	}
	adv.wants, adv.shallow = l.tips, false // it may lie deep in their history
	return adv, nil
}

// encodeRequest asks for a pack with what is wanted, without history where the
// server can leave it out. have is a commit that is here without its history,
// the zero hash for none.
func encodeRequest(adv advert, have plumbing.Hash) ([]byte, error) {
	var body bytes.Buffer
	enc := pktline.NewEncoder(&body)
	caps := " side-band-64k ofs-delta thin-pack no-progress agent=git/lotsync"
	if adv.shallow {
		caps += " shallow"
	}
	var errs []error
	for _, want := range adv.wants {
		errs = append(errs, enc.Encodef("want %s%s\n", want, caps))
		caps = ""
	}
	had := adv.shallow && !have.IsZero()
	if had {
		errs = append(errs, enc.Encodef("shallow %s\n", have))
	}
	if adv.shallow {
		errs = append(errs, enc.EncodeString("deepen 1\n"))
	}
	errs = append(errs, enc.Flush())
	if had {
		errs = append(errs, enc.Encodef("have %s\n", have))
	}
	errs = append(errs, enc.EncodeString("done\n"))
	return body.Bytes(), errors.Join(errs...)
}

// readPack reads the answer to a request up to its pack, and returns the pack.
// It builds on what the request said is here if the server knows that.
func readPack(answer io.Reader) (pack io.Reader, builds bool, err error) {
	r := bufio.NewReader(answer)
	lines := pktline.NewScanner(io.LimitReader(r, maxAdvert))
	for {
		head, err := r.Peek(len("0000sha"))
		if err != nil {
			return nil, false, fmt.Errorf("answer to the request: %w", noEOF(err))
		}
		switch kind := string(head[len("0000"):]); {
		case kind == "ACK":
			builds = true
		case kind == "NAK", kind == "ERR", kind == "sha", kind == "uns", bytes.HasPrefix(head, []byte("0000")):
		default:
			return sideband.NewDemuxer(sideband.Sideband64k, r), builds, nil
		}
		if !lines.Scan() {
			if refused, ok := errors.AsType[*pktline.ErrorLine](lines.Err()); ok {
				return nil, false, wire.Refused(refused.Text)
			}
			return nil, false, fmt.Errorf("answer to the request: %w", noEOF(lines.Err()))
		}
	}
}

// noEOF makes the end of a stream that should go on an error that says so.
func noEOF(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
