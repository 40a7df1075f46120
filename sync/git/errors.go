package git

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
	"github.com/lotsync/lotsync/sync/git/wire"
)

// explain says what an error of the remote means and what to do about it. It is
// the remote's fault or the link's: sync.ErrOffline, unless it is of another
// class already.
func (s *Source) explain(err error, who login) error {
	for _, class := range []error{nil, sync.ErrInvalid, errDamaged, errCache} {
		if errors.Is(err, class) {
			return err
		}
	}
	for _, advise := range []func(error, login) string{s.adviseLink, s.adviseHTTP, s.adviseTLS, s.adviseSSH, s.adviseGit} {
		if advice := advise(err, who); advice != "" {
			return fmt.Errorf("%w: %w: %s", sync.ErrOffline, err, advice)
		}
	}
	return fmt.Errorf("%w: %w", sync.ErrOffline, err)
}

func (s *Source) adviseLink(err error, _ login) string {
	var name *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "it was stopped"
	case errors.Is(err, errSilent):
		return fmt.Sprintf("no answer within %s: the link or the server is down", s.cfg.Timeout)
	case errors.Is(err, errStalls):
		return fmt.Sprintf("less than %d bytes within %s: the link is too bad to wait for; what has come is kept", s.cfg.Floor, s.cfg.Timeout)
	case errors.Is(err, errSlow):
		return fmt.Sprintf("not done within %s: the link is too slow for this repository", s.cfg.Transfer)
	case errors.As(err, &name):
		return "the name cannot be looked up: check the link, the DNS servers and git.url"
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection: check the link, and that the server runs"
	}
	return ""
}

func (s *Source) adviseHTTP(err error, who login) string {
	if errors.Is(err, wire.ErrNotGit) {
		return "this is not a Git server: a captive portal, a login page, a proxy, or git.url is wrong"
	}
	var status *statusError
	if !errors.As(err, &status) {
		return ""
	}
	credential := who.source
	switch status.code {
	case http.StatusUnauthorized, http.StatusForbidden:
		if credential == "" {
			return "the server wants a login: set git.tokenFile, or git.basic"
		}
		return fmt.Sprintf("the login is refused: the credential in %s has expired or lacks the right to read", credential)
	case http.StatusNotFound, http.StatusGone:
		if credential == "" {
			return "there is no such repository, or it wants a login: check git.url, set git.tokenFile"
		}
		return fmt.Sprintf("there is no such repository, or the credential in %s must not see it: check git.url", credential)
	case http.StatusTooManyRequests:
		return "the server is asked too often: let the lots poll less often"
	case http.StatusProxyAuthRequired:
		return "the proxy wants a login: put it into git.proxy"
	}
	return "the server is in trouble: it is asked again later"
}

func (s *Source) adviseTLS(err error, _ login) string {
	var (
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		op      *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && strings.Contains(invalid.Detail, "is before"):
		return "the server's certificate is not valid yet: this machine's clock is behind, set it"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate has expired: renew it, or set this machine's clock if that is ahead"
	case errors.As(err, &unknown) && s.cfg.CAFile != "":
		return fmt.Sprintf("the server's certificate is from none of the authorities in %s: a proxy stands in between, or the file is out of date", s.cfg.CAFile)
	case errors.As(err, &unknown):
		return "the server's certificate is from an unknown authority: name its certificate with git.caFile"
	case errors.As(err, &host):
		return "the server's certificate is for another name: check git.url"
	case errors.As(err, &op) && op.Op == "remote error" && s.cfg.CertFile == "":
		return "the server ended the TLS handshake: if it wants a client certificate, set git.tls.certFile and git.tls.keyFile"
	case errors.As(err, &op) && op.Op == "remote error":
		return fmt.Sprintf("the server refuses the client certificate in %s", s.cfg.CertFile)
	}
	return ""
}

func (s *Source) adviseSSH(err error, _ login) string {
	var host *knownhosts.KeyError
	switch {
	case errors.Is(err, errUnknownHost), errors.As(err, &host) && len(host.Want) == 0:
		return fmt.Sprintf("%s has no key for the host: add the line that ssh-keyscan prints, once its owner has confirmed it", s.cfg.KnownHostsFile)
	case errors.As(err, &host):
		return fmt.Sprintf("the host key has changed: somebody stands in between, or the server was set up anew; then replace its line in %s", s.cfg.KnownHostsFile)
	case strings.Contains(err.Error(), "unable to authenticate"): // ssh has no type for it
		return fmt.Sprintf("the server refuses the key in %s: add its public half to the repository's deploy keys", s.cfg.SSHKeyFile)
	}
	return ""
}

func (s *Source) adviseGit(err error, _ login) string {
	var said *wire.RefusedError
	switch {
	case errors.Is(err, errRefMissing), errors.As(err, &said) && strings.Contains(said.Text, "not our ref"):
		return "check git.ref, and whether it was deleted"
	case errors.Is(err, pack.ErrCut):
		return "the link broke in the middle; what has come whole is kept, the rest is asked for again"
	case errors.Is(err, errEmptyRepo):
		return "push a commit to it"
	case errors.As(err, &said):
		return "check git.url, and what the login may read"
	}
	return ""
}
