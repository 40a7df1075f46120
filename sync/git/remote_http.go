package git

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	refsPath    = "/info/refs"
	service     = "git-upload-pack"
	maxRefusal  = 4 << 10 // bytes of an error page that are read
	maxRedirect = 5
)

// web speaks HTTP and HTTPS. It keeps its connections open between polls.
type web struct {
	client *http.Client
	made   [sha256.Size]byte // what the client was made of
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
			TLSClientConfig: &tls.Config{
				MinVersion:         tls.VersionTLS12,
				RootCAs:            roots,
				ClientSessionCache: tls.NewLRUClientSessionCache(4),
				// Each handshake has the certificate as it is then.
				GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					return cfg.readClientCert()
				},
			},
		}}
	}
	base := *addr.url
	base.User = nil
	return &webConversation{client: w.client, base: &base, who: who}, nil
}

// Close lets go of the kept connections.
func (w *web) Close() {
	if w.client != nil {
		w.client.CloseIdleConnections()
	}
}

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
		return fmt.Errorf("it redirects to %s: set git.url to that", req.URL.Redacted())
	case via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("it redirects from https to %s: credentials would be open to all", req.URL.Redacted())
	}
	return nil
}

// webConversation is two requests.
type webConversation struct {
	client *http.Client
	base   *url.URL
	who    login
	bodies []io.ReadCloser
}

// statusError is an answer that is not 200.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("HTTP %d %s", e.code, http.StatusText(e.code))
	if e.text != "" {
		text += ": " + e.text
	}
	return text
}

func (c *webConversation) refs(ctx context.Context) (io.Reader, error) {
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
	c.base = &base
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
	res, err := c.client.Do(req) //nolint:bodyclose // Close does it
	if where, ok := errors.AsType[*url.Error](err); ok {
		return nil, nil, where.Err // the URL is in the message already
	}
	if err != nil {
		return nil, nil, err
	}
	c.bodies = append(c.bodies, res.Body)
	if res.StatusCode != http.StatusOK {
		return nil, nil, &statusError{code: res.StatusCode, text: refusal(res)}
	}
	if got := res.Header.Get("Content-Type"); got != want {
		return nil, nil, fmt.Errorf("%w: %s sent %q", errNotGit, res.Request.URL.Host, firstLine(got))
	}
	return res.Body, res.Request.URL, nil
}

// refusal is what a server says about an error, if it is meant for people.
func refusal(res *http.Response) string {
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	if err != nil {
		return ""
	}
	return firstLine(string(text))
}

func (c *webConversation) Close() error {
	var errs []error
	for _, body := range c.bodies {
		// What little may be left is read, so that the connection can be kept.
		_, _ = io.CopyN(io.Discard, body, maxRefusal)
		errs = append(errs, body.Close())
	}
	return errors.Join(errs...)
}
