package git

import (
	"context"
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

// connectSSH starts upload-pack on an SSH server. The connection is closed when
// ctx ends, so that no phase of the handshake can hang.
func connectSSH(ctx context.Context, cfg Config, addr address, red *Redactor) (_ *stream, err error) {
	config, err := cfg.sshConfig(addr, red)
	if err != nil {
		return nil, err
	}
	conn, err := dialSSH(ctx, cfg.Proxy, addr.hostPort(), red)
	if err != nil {
		return nil, err
	}
	release := context.AfterFunc(ctx, func() { _ = conn.Close() })
	end := func() {
		release()
		_ = conn.Close() // it may be closed already
	}
	defer func() {
		if err != nil {
			end()
		}
	}()
	link, channels, requests, err := ssh.NewClientConn(conn, addr.hostPort(), config)
	if err != nil {
		return nil, err
	}
	session, err := ssh.NewClient(link, channels, requests).NewSession()
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
	if err := session.Start(service + " " + quote(addr.url.Path)); err != nil {
		return nil, err
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

// sshConfig reads the key and the known hosts.
func (c Config) sshConfig(addr address, red *Redactor) (*ssh.ClientConfig, error) {
	data, err := readSmall("git.ssh.keyFile", c.SSHKeyFile)
	if err != nil {
		return nil, err
	}
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
