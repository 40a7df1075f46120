package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
	"github.com/lotsync/lotsync/sync/git/wire"
)

// exchange is a conversation in the version of the protocol that both speak.
type exchange struct {
	conversation

	caps wire.Capabilities
	// remembered: caps are from before, or assumed.
	remembered bool
	// list is what a server of an older version has begun with.
	list io.Reader
}

// converse does something in an exchange, and in as many as that takes: one for
// each refusal that teaches what the server can do, and for an update that is of
// no use.
func (s *Source) converse(ctx context.Context, red *Redactor, then func(context.Context, exchange) error) error {
	const most = 5
	err := errAgain
	for range most {
		if !errors.Is(err, errAgain) {
			break
		}
		err = s.exchange(ctx, red, then)
	}
	return err
}

// exchange begins one exchange and does something with it.
func (s *Source) exchange(ctx context.Context, red *Redactor, then func(context.Context, exchange) error) error {
	who, err := s.cfg.readLogin(s.addr, red)
	if err != nil {
		return s.explain(err, who)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.Transfer, errSlow)
	defer cancel()
	ctx, patience, done := withPatience(ctx, s.cfg.Timeout, s.cfg.Floor)
	defer done()
	s.meter.fetching.Store(false)
	talk, err := s.connect(ctx, who, red)
	if err != nil {
		return s.explain(causeOf(ctx, err), who)
	}
	defer talk.Close()
	talk = &patient{talk, patience, &s.meter}
	x, err := s.begin(ctx, talk)
	if err == nil {
		err = then(ctx, x)
	}
	if err == nil {
		s.caps = x.caps // what was assumed holds
	}
	if s.doubtful(err, x) {
		s.caps, s.shy = wire.Capabilities{}, true
		s.web.forget()
		return errAgain
	}
	if err != nil && !errors.Is(err, errAgain) {
		s.hangUp() // the next request begins with a connection that is sound
	}
	return s.explain(causeOf(ctx, err), who)
}

// begin asks what the server can do. Over HTTP that would be a round trip of its
// own: there it is remembered, and assumed at first.
func (s *Source) begin(ctx context.Context, talk conversation) (exchange, error) {
	if s.addr.scheme == schemeHTTP && (s.caps.Version != 0 || !s.shy) {
		caps := s.caps
		if caps.Version == 0 {
			caps = wire.Capabilities{Version: 2, Filter: true, Shallow: true}
		}
		s.rung = max(s.refused, offered(caps))
		return exchange{conversation: talk, caps: caps, remembered: true}, nil
	}
	answer, err := talk.greet(ctx)
	if err != nil {
		return exchange{}, err
	}
	caps, list, err := wire.Greet(answer)
	if err != nil {
		return exchange{}, err
	}
	s.caps = caps
	s.learn(max(s.refused, offered(caps)))
	return exchange{conversation: talk, caps: caps, list: list}, nil
}

// errDoubt: the server has to be asked again what it can do.
var errDoubt = errors.New("what the server can do is not known for sure")

// doubtful reports whether an error may come of what is remembered or assumed of
// a server: it may have moved, have been replaced, or never have been like that.
// A bad link is no reason, nor is a login that is refused.
func (s *Source) doubtful(err error, x exchange) bool {
	if err == nil || !x.remembered {
		return false
	}
	if status, ok := errors.AsType[*statusError](err); ok {
		return slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusUnsupportedMediaType}, status.code)
	}
	_, refused := errors.AsType[*wire.RefusedError](err)
	return refused || errors.Is(err, wire.ErrEnded) || errors.Is(err, wire.ErrNotGit) || errors.Is(err, errRedirect) || errors.Is(err, errDoubt)
}

// connect begins a conversation with the remote.
func (s *Source) connect(ctx context.Context, who login, red *Redactor) (conversation, error) { //nolint:ireturn // what it is depends on the URL
	switch s.addr.scheme {
	case schemeHTTP:
		return s.web.connect(s.cfg, s.addr, who, red)
	case schemeSSH:
		return s.ssh.connect(ctx, s.cfg, s.addr, red)
	case schemeFile:
		return connectFile(ctx, s.addr, &s.meter)
	}
	return nil, fmt.Errorf("%s is not spoken here", s.addr.scheme)
}

// tip asks where the ref is. A commit is what it is, and is not asked for.
func (s *Source) tip(ctx context.Context, x exchange) (plumbing.Hash, error) {
	if plumbing.IsHash(s.cfg.Ref) {
		return plumbing.NewHash(s.cfg.Ref), nil
	}
	names := refNames(s.cfg.Ref)
	peel := slices.ContainsFunc(names, func(name string) bool { return !strings.HasPrefix(name, "refs/heads/") })
	answer, err := x.request(ctx, wire.RefsCommand(peel, names...))
	if err != nil {
		return plumbing.ZeroHash, err
	}
	refs, err := wire.ReadRefs(answer)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	for _, name := range names {
		for _, ref := range refs {
			if ref.Name == name {
				return ref.ID, nil
			}
		}
	}
	return plumbing.ZeroHash, s.noRef(ctx, x)
}

// refNames are the names that a ref may mean, the likeliest first.
func refNames(ref string) []string {
	if ref == "HEAD" || strings.HasPrefix(ref, "refs/") {
		return []string{ref}
	}
	return []string{"refs/heads/" + ref, "refs/tags/" + ref}
}

// noRef tells an empty repository from one without the ref.
func (s *Source) noRef(ctx context.Context, x exchange) error {
	answer, err := x.request(ctx, wire.RefsCommand(false, "refs/"))
	if err != nil {
		return err
	}
	some, err := wire.ReadAnyRef(answer)
	if err == nil && !some {
		return errEmptyRepo
	}
	return errRefMissing
}

// limits are for packs that are taken into memory.
func (s *Source) limits() pack.Limits {
	limits := pack.DefaultLimits()
	limits.Packed = min(limits.Packed, s.cfg.MaxBytes)
	return limits
}

// take sends a request and takes the objects of its pack. What has come whole is
// taken in any case.
func (s *Source) take(ctx context.Context, x exchange, body []byte) error {
	answer, err := x.request(ctx, body)
	if err != nil {
		return err
	}
	in, err := wire.ReadPack(answer)
	if err != nil {
		return err
	}
	return s.read(in)
}

// read takes the objects of a pack.
func (s *Source) read(in io.Reader) error {
	_, err := pack.Read(in, s.held.get, s.held.put, s.limits())
	if errors.Is(err, pack.ErrTooLarge) {
		return fmt.Errorf("%w: %w", sync.ErrInvalid, err)
	}
	if err != nil {
		return err
	}
	// The end of the answer, so that the connection can be used again.
	if _, err := io.CopyN(io.Discard, in, maxRefusal); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
