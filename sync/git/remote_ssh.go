package git

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	"golang.org/x/net/proxy"
)

// sshLink is a connection to an SSH server. It is kept between polls: a handshake
// costs ten times what a poll does.
type sshLink struct {
	meter  *meter
	conn   net.Conn
	client *ssh.Client
	made   [sha256.Size]byte // what it was made of
}

// Close hangs up.
func (l *sshLink) Close() {
	if l.conn != nil {
		_ = l.conn.Close() // it may be closed already
	}
	l.conn, l.client = nil, nil
}

// connect starts upload-pack on the server. The connection is closed when ctx
// ends, so that no phase of the handshake can hang.
func (l *sshLink) connect(ctx context.Context, cfg Config, addr address, red *Redactor) (*stream, error) {
	config, made, err := cfg.sshConfig(addr, red)
	if err != nil {
		return nil, err
	}
	if l.client != nil && l.made == made {
		if talk, err := l.start(ctx, addr); err == nil || ctx.Err() != nil {
			return talk, err
		}
	}
	l.Close()
	if l.conn, err = dialSSH(ctx, cfg.Proxy, addr.hostPort(), red); err != nil {
		return nil, err
	}
	l.conn, l.made = l.meter.conn(l.conn), made
	if err := l.shake(ctx, addr, config); err != nil {
		l.Close()
		return nil, err
	}
	talk, err := l.start(ctx, addr)
	if err != nil {
		l.Close()
	}
	return talk, err
}

// shake makes the handshake.
func (l *sshLink) shake(ctx context.Context, addr address, config *ssh.ClientConfig) error {
	defer l.closeWith(ctx)()
	link, channels, requests, err := ssh.NewClientConn(l.conn, addr.hostPort(), config)
	if err != nil {
		return err
	}
	l.client = ssh.NewClient(link, channels, requests)
	return nil
}

// closeWith closes the connection when ctx ends, until the returned function is
// called.
func (l *sshLink) closeWith(ctx context.Context) (release func() bool) {
	conn := l.conn
	return context.AfterFunc(ctx, func() { _ = conn.Close() })
}

// start runs upload-pack.
func (l *sshLink) start(ctx context.Context, addr address) (_ *stream, err error) {
	release := l.closeWith(ctx)
	defer func() {
		if err != nil {
			release()
		}
	}()
	session, err := l.client.NewSession()
	if err != nil {
		return nil, err
	}
	said := &complaint{}
	session.Stderr = said
	in, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	// A server that does not let this through speaks an older version.
	_ = session.Setenv(protocolEnv, protocolV2)
	if err := session.Start(service + " " + quote(addr.url.Path)); err != nil {
		return nil, err
	}
	end := func() {
		_ = session.Close()
		release()
	}
	return &stream{in: in, out: &ending{r: out, wait: func() { _ = session.Wait() }}, stderr: said, end: end}, nil
}

// hostPort is where to dial.
func (a address) hostPort() string {
	port := a.url.Port()
	if port == "" {
		port = "22"
	}
	return net.JoinHostPort(a.url.Hostname(), port)
}

// dialSSH connects, through the proxy if there is one.
func dialSSH(ctx context.Context, via, addr string, red *Redactor) (net.Conn, error) {
	if via == "" {
		return proxy.Dial(ctx, "tcp", addr)
	}
	u, err := url.Parse(via)
	if err != nil || u.Scheme != "socks5" && u.Scheme != "socks5h" {
		return nil, errors.New("git.proxy: ssh goes through socks5:// proxies only")
	}
	if password, ok := u.User.Password(); ok {
		red.Add(password)
	}
	dialer, err := proxy.FromURL(u, &net.Dialer{})
	if err != nil {
		return nil, fmt.Errorf("git.proxy: %w", err)
	}
	contextual, ok := dialer.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("git.proxy: this proxy cannot be given a deadline")
	}
	return contextual.DialContext(ctx, "tcp", addr)
}

// sshConfig reads the key and the known hosts. What it was made of tells whether
// they have changed.
func (c Config) sshConfig(addr address, red *Redactor) (_ *ssh.ClientConfig, made [sha256.Size]byte, err error) {
	data, err := readSmall("git.ssh.keyFile", c.SSHKeyFile)
	if err != nil {
		return nil, made, err
	}
	hosts, err := readSmall("git.ssh.knownHostsFile", c.KnownHostsFile)
	if err != nil {
		return nil, made, err
	}
	made = sha256.Sum256(fmt.Appendf(nil, "%q %q %q", data, hosts, c.Proxy))
	config, err := c.sshLogin(addr, data, red)
	return config, made, err
}

// sshLogin is the configuration with a key.
func (c Config) sshLogin(addr address, data []byte, red *Redactor) (*ssh.ClientConfig, error) {
	key, err := ssh.ParsePrivateKey(data)
	if err != nil {
		if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
			return nil, fmt.Errorf("git.ssh.keyFile: %s has a passphrase, and nobody is there to type it: use a key without one", c.SSHKeyFile)
		}
		return nil, fmt.Errorf("git.ssh.keyFile: %s is no private key", c.SSHKeyFile)
	}
	red.Add(strings.TrimSpace(string(data)))
	check, err := knownhosts.New(c.KnownHostsFile)
	if err != nil {
		return nil, fmt.Errorf("git.ssh.knownHostsFile: %w", err)
	}
	config := &ssh.ClientConfig{
		User:            addr.url.User.Username(),
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback: check,
	}
	if config.User == "" {
		config.User = "git"
	}
	config.HostKeyAlgorithms, err = knownAlgorithms(check, addr.hostPort())
	return config, err
}

// knownAlgorithms lists the kinds of the host's known keys: asked for another
// one, a server that has several would look like a stranger.
func knownAlgorithms(check ssh.HostKeyCallback, host string) ([]string, error) {
	err := check(host, &net.TCPAddr{IP: net.IPv4zero}, unknownKey{})
	var known *knownhosts.KeyError
	if !errors.As(err, &known) {
		return nil, err
	}
	if len(known.Want) == 0 {
		return nil, fmt.Errorf("%w: %w", errUnknownHost, err)
	}
	var algorithms []string
	for _, key := range known.Want {
		kinds := []string{key.Key.Type()}
		if key.Key.Type() == ssh.KeyAlgoRSA {
			kinds = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
		}
		for _, kind := range kinds {
			if !slices.Contains(algorithms, kind) {
				algorithms = append(algorithms, kind)
			}
		}
	}
	return algorithms, nil
}

var errUnknownHost = errors.New("unknown host")

// unknownKey is a host key that no file knows.
type unknownKey struct{}

func (unknownKey) Type() string                        { return "none" }
func (unknownKey) Marshal() []byte                     { return []byte("none") }
func (unknownKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// quote makes a path one word for the server's shell.
func quote(path string) string {
	return "'" + strings.NewReplacer(`'`, `'\''`, `!`, `'\!'`).Replace(path) + "'"
}
