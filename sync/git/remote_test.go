package git_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

const token = "s3cr3t-t0ken/with=signs"

// config is for a lot of the sample at some URL.
func config(t *testing.T, url string) git.Config {
	t.Helper()
	cfg := git.DefaultConfig()
	cfg.URL, cfg.Site, cfg.CacheDir = url, "nl/ams/0042", filepath.Join(t.TempDir(), "git")
	return cfg
}

// write puts a file into a folder of its own.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts an HTTP server for the repository.
func serve(t *testing.T, opts gitserver.Options) *gitserver.Server {
	t.Helper()
	server, err := gitserver.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// transports are all the ways to a repository.
func transports() map[string]func(*testing.T, *repo) git.Config {
	return map[string]func(*testing.T, *repo) git.Config{
		"file":  func(t *testing.T, r *repo) git.Config { t.Helper(); return config(t, "file://"+r.path()) },
		"path":  func(t *testing.T, r *repo) git.Config { t.Helper(); return config(t, r.path()) },
		"http":  overHTTP,
		"token": overToken,
		"basic": overBasic,
		"tls with its own authority and a client certificate": overTLS,
		"ssh":                  overSSH,
		"http through a proxy": overProxy,
	}
}

func overHTTP(t *testing.T, r *repo) git.Config {
	t.Helper()
	return config(t, serve(t, gitserver.Options{Root: r.root}).URL("fleet.git"))
}

// wanting lets in who has the password.
func wanting(user, password string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if u, p, ok := r.BasicAuth(); !ok || user != "" && u != user || p != password {
				w.Header().Set("WWW-Authenticate", "Basic")
				http.Error(w, "go away, "+p, http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func overToken(t *testing.T, r *repo) git.Config {
	t.Helper()
	cfg := config(t, serve(t, gitserver.Options{Root: r.root, Wrap: wanting("", token)}).URL("fleet.git"))
	cfg.TokenFile = write(t, "token", token+"\n")
	return cfg
}

func overBasic(t *testing.T, r *repo) git.Config {
	t.Helper()
	cfg := config(t, serve(t, gitserver.Options{Root: r.root, Wrap: wanting("lot", token)}).URL("fleet.git"))
	cfg.UserFile, cfg.PasswordFile = write(t, "user", "lot\n"), write(t, "password", token)
	return cfg
}

// overProxy has a URL that only the proxy can reach.
func overProxy(t *testing.T, r *repo) git.Config {
	t.Helper()
	backend := serve(t, gitserver.Options{Root: r.root})
	cfg := config(t, "http://git.invalid/fleet.git")
	cfg.Proxy = "http://lot:pr0xy-pass@" + backend.Addr()
	return cfg
}

// authority signs certificates.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lots' own authority"},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{t: t, key: key, cert: cert}
}

// pem is the authority's certificate as a file.
func (a *authority) file() string {
	return write(a.t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})))
}

// issue returns a certificate and its key, in PEM.
func (a *authority) issue(from, until time.Time) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "lot"},
		NotBefore: from, NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

// server is a TLS configuration that wants a client certificate.
func (a *authority) server(from, until time.Time) *tls.Config {
	a.t.Helper()
	cert, key := a.issue(from, until)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		a.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
}

func overTLS(t *testing.T, r *repo) git.Config {
	t.Helper()
	return overTLSAt(t, r, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func overTLSAt(t *testing.T, r *repo, from, until time.Time) git.Config {
	t.Helper()
	ca := newAuthority(t)
	cfg := config(t, serve(t, gitserver.Options{Root: r.root, TLS: ca.server(from, until)}).URL("fleet.git"))
	cert, key := ca.issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cfg.CAFile, cfg.CertFile, cfg.KeyFile = ca.file(), write(t, "cert.pem", cert), write(t, "key.pem", key)
	return cfg
}

// sshd is an SSH server with a real handshake that runs git's upload-pack.
type sshd struct {
	config *ssh.ServerConfig
	host   ssh.PublicKey
	addr   string
}

func newKey(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

func serveSSH(t *testing.T, allowed ssh.PublicKey) *sshd {
	t.Helper()
	host, _ := newKey(t)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssh.NewSignerFromKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{host: host.PublicKey()}
	s.config = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(allowed.Marshal()) {
			return nil, errors.New("no such key")
		}
		return nil, nil
	}}
	s.config.AddHostKey(other) // a second one, that no known_hosts has
	s.config.AddHostKey(host)
	s.addr = listen(t, s.serve)
	return s
}

// listen serves connections one by one until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() { serve(conn); conn.Close() })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

func (s *sshd) serve(conn net.Conn) {
	link, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return
	}
	defer link.Close()
	go ssh.DiscardRequests(requests)
	for offer := range channels {
		channel, requests, err := offer.Accept()
		if err != nil {
			return
		}
		for req := range requests {
			if req.Type != "exec" {
				_ = req.Reply(false, nil)
				continue
			}
			_ = req.Reply(true, nil)
			s.exec(channel, string(req.Payload[4:]))
			break
		}
	}
}

// exec runs the command as a server's shell does.
func (s *sshd) exec(channel ssh.Channel, command string) {
	cmd := exec.Command("sh", "-c", command)
	stdin, _ := cmd.StdinPipe()
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	if err := cmd.Start(); err != nil {
		return
	}
	go func() { _, _ = io.Copy(stdin, channel); stdin.Close() }()
	status := byte(0)
	if cmd.Wait() != nil {
		status = 128
	}
	_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, status})
	channel.Close()
}

func overSSH(t *testing.T, r *repo) git.Config {
	t.Helper()
	key, pem := newKey(t)
	server := serveSSH(t, key.PublicKey())
	cfg := config(t, fmt.Sprintf("ssh://git@%s%s", server.addr, r.path()))
	cfg.SSHKeyFile = write(t, "id", pem)
	cfg.KnownHostsFile = write(t, "known_hosts", knownhosts.Line([]string{server.addr}, server.host)+"\n")
	return cfg
}

// contains fails the test for each part that text lacks.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}
