package git

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/lotsync/lotsync/sync/git/wire"
)

const (
	refsPath    = "/info/refs"
	service     = "git-upload-pack"
	maxRefusal  = 4 << 10 // bytes of an error page that are read
	maxRedirect = 5
)

// web speaks HTTP and HTTPS. It keeps its connections open between polls.
type web struct {
	meter  *meter
	client *http.Client
	made   [sha256.Size]byte // what the client was made of
	// base is where the repository is, after redirects; nil for where the
	// configuration says.
	base *url.URL
}

// connect returns a conversation. The client is made anew when the authorities
// or the proxy have changed.
func (w *web) connect(cfg Config, addr address, who login, red *Redactor) (*webConversation, error) {
	roots, pem, err := readRoots(cfg.CAFile)
	if err != nil {
		return nil, err
	}
	cert, err := cfg.readClientCert()
	if err != nil {
		return nil, err
	}
	proxy, err := proxyFunc(cfg.Proxy, red)
	if err != nil {
		return nil, err
	}
	made := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", pem, cert.Certificate, cfg.Proxy))
	if w.client == nil || made != w.made {
		w.Close()
		w.made = made
		w.client = &http.Client{CheckRedirect: checkRedirect, Transport: &http.Transport{
			Proxy:             proxy,
			ForceAttemptHTTP2: true,
			MaxIdleConns:      2,
			// Packs are compressed already, and a request without the header is
			// shorter.
			DisableCompression: true,
			DialContext:        w.dial,
			TLSClientConfig:    tlsConfig(cfg, roots),
		}}
	}
	c := &webConversation{web: w, base: w.base, who: who}
	if c.base == nil {
		base := *addr.url
		base.User = nil
		c.base = &base
	}
	if c.base.Host != addr.url.Host {
		c.who = login{} // it stays with the host that it was given for
	}
	return c, nil
}

// dial connects. The connection is not probed while it is idle: each probe is
// paid for, and a connection that is dead is found by the next request.
func (w *web) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return w.meter.conn(conn), nil
}

// tlsConfig resumes sessions. The keys that would withstand a quantum computer
// are left out: they cost two kilobytes a handshake.
func tlsConfig(cfg Config, roots *x509.CertPool) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            roots,
		CurvePreferences:   []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		ClientSessionCache: tls.NewLRUClientSessionCache(4),
		// Each handshake has the certificate as it is then.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return cfg.readClientCert()
		},
	}
}

// Close lets go of the kept connections.
func (w *web) Close() {
	if w.client != nil {
		w.client.CloseIdleConnections()
	}
}

// forget goes back to where the configuration says.
func (w *web) forget() { w.base = nil }

// errRedirect: a request was sent somewhere else than where it can go.
var errRedirect = errors.New("it redirects")

// proxyFunc says which proxy to use. It adds the proxy's password to red.
func proxyFunc(raw string, red *Redactor) (func(*http.Request) (*url.URL, error), error) {
	if raw == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil, errors.New("git.proxy cannot be parsed: want a URL such as http://proxy.example.com:3128")
	}
	if password, ok := u.User.Password(); ok {
		red.Add(password)
	}
	return http.ProxyURL(u), nil
}

// checkRedirect follows what asks for the list of refs, never from https to
// http.
func checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case len(via) >= maxRedirect:
		return errors.New("it redirects in circles")
	case via[0].Method != http.MethodGet:
		return fmt.Errorf("%w to %s: set git.url to that", errRedirect, req.URL.Redacted())
	case via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("it redirects from https to %s: credentials would be open to all", req.URL.Redacted())
	}
	return nil
}

// webConversation is some requests.
type webConversation struct {
	web  *web
	base *url.URL
	who  login
	body io.ReadCloser // of the last answer
}

func (c *webConversation) greet(ctx context.Context) (io.Reader, error) {
	at := *c.base
	at.Path = strings.TrimSuffix(at.Path, "/") + refsPath
	at.RawQuery = "service=" + service
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	list, from, err := c.do(req, "advertisement")
	if err != nil {
		return nil, err
	}
	c.moved(from)
	return list, nil
}

// moved follows a redirect with the request for the pack. The login stays with
// the host that it was given for.
func (c *webConversation) moved(to *url.URL) {
	if to.Host != c.base.Host {
		c.who = login{}
	}
	base := *to
	base.Path, base.RawQuery, base.User = strings.TrimSuffix(to.Path, refsPath), "", nil
	c.base, c.web.base = &base, &base
}

func (c *webConversation) request(ctx context.Context, body []byte) (io.Reader, error) {
	at := *c.base
	at.Path = strings.TrimSuffix(at.Path, "/") + "/" + service
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-"+service+"-request")
	answer, _, err := c.do(req, "result")
	return answer, err
}

// do sends a request and sees to it that the answer is Git's. It says where the
// answer came from in the end.
func (c *webConversation) do(req *http.Request, kind string) (io.Reader, *url.URL, error) {
	want := "application/x-" + service + "-" + kind
	req.Header.Set("Accept", want)
	req.Header.Set("User-Agent", "git/lotsync")
	if c.who.user != "" || c.who.password != "" {
		req.SetBasicAuth(c.who.user, c.who.password)
	}
	req.Header.Set("Git-Protocol", protocolV2)
	req.Header["Idempotency-Key"] = nil // not sent: a request that a kept connection did not take may be sent again
	if err := c.Close(); err != nil {
		return nil, nil, err
	}
	res, err := c.web.send(req) //nolint:bodyclose // Close does it
	if where, ok := errors.AsType[*url.Error](err); ok {
		return nil, nil, where.Err // the URL is in the message already
	}
	if err != nil {
		return nil, nil, err
	}
	c.body = res.Body
	if res.StatusCode != http.StatusOK {
		return nil, nil, &statusError{code: res.StatusCode, text: refusal(res), after: retryAfter(res)}
	}
	if got := res.Header.Get("Content-Type"); got != want {
		return nil, nil, fmt.Errorf("%w: %s sent %q", wire.ErrNotGit, res.Request.URL.Host, wire.Printable(got))
	}
	return res.Body, res.Request.URL, nil
}

// Close ends the last answer.
func (c *webConversation) Close() error {
	if c.body == nil {
		return nil
	}
	body := c.body
	c.body = nil
	// What little may be left is read, so that the connection can be kept.
	_, _ = io.CopyN(io.Discard, body, maxRefusal)
	return body.Close()
}
