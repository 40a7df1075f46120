package git_test

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// quick is how long a server may be silent in tests that wait for it.
const quick = 300 * time.Millisecond

// answering is a server that gives every request the same answer.
func answering(t *testing.T, answer http.HandlerFunc) git.Config {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	cfg := config(t, server.URL+"/fleet.git")
	cfg.TokenFile = write(t, "token", token)
	return cfg
}

func TestAnswersThatAreNotGits(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			http.Error(w, "bad credential "+password, code)
		}
	}
	cases := map[string]struct {
		answer http.HandlerFunc
		want   []string
	}{
		"401 names the credential":      {status(401), []string{"HTTP 401", "the credential in ", "/token has expired"}},
		"403 names the credential":      {status(403), []string{"HTTP 403", "the credential in ", "/token has expired"}},
		"404 doubts URL and credential": {status(404), []string{"HTTP 404", "there is no such repository", "/token"}},
		"407 is the proxy's":            {status(407), []string{"HTTP 407", "git.proxy"}},
		"429 is a load":                 {status(429), []string{"HTTP 429", "asked too often"}},
		"500 passes":                    {status(500), []string{"HTTP 500", "asked again later"}},
		"502 passes":                    {status(502), []string{"HTTP 502", "asked again later"}},
		"a captive portal's page": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Accept our terms</html>") },
			[]string{"text/html", "captive portal"},
		},
		"HTML that says it is Git": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
				fmt.Fprint(w, "<html>Accept our terms</html>")
			},
			[]string{"the answer is not Git's", "captive portal"},
		},
		"a list of refs that ends early": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
				fmt.Fprint(w, "001e# service=git-upload-pack\n0000")
			},
			[]string{"list of refs: unexpected EOF"},
		},
		"a redirect in circles": {
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
			[]string{"redirects in circles"},
		},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			text := offline(t, open(t, answering(t, c.answer)))
			contains(t, text, c.want...)
			if strings.Contains(text, token) {
				t.Error("the token is in the message")
			}
		})
	}
}

func TestServerThatIsDownAndBack(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root})
	src := open(t, config(t, server.URL("fleet.git")))
	rev := fetch(t, src)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	contains(t, offline(t, src), "no connection: check the link")
	snapshot(t, src, rev)
	want := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rev := fetch(t, src); string(rev.Commit) != want {
		t.Errorf("commit %s, want %s", rev.Commit, want)
	}
}

func TestSilentServers(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	hang := func(until func(*http.Request) bool) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if until(req) {
					<-req.Context().Done()
					return
				}
				next.ServeHTTP(w, req)
			})
		}
	}
	key, pem := newKey(t)
	overSSH := func(serve func(net.Conn)) git.Config {
		addr := listen(t, serve)
		cfg := config(t, "ssh://git@"+addr+r.path())
		cfg.SSHKeyFile = write(t, "id", pem)
		cfg.KnownHostsFile = write(t, "known_hosts", knownhosts.Line([]string{addr}, key.PublicKey())+"\n")
		return cfg
	}
	block := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); <-t.Context().Done() }
	cases := map[string]git.Config{
		"when it is polled": config(t, serve(t, gitserver.Options{Root: r.root, Wrap: hang(func(*http.Request) bool { return true })}).URL("fleet.git")),
		"when a pack is asked for": config(t, serve(t, gitserver.Options{Root: r.root, Wrap: hang(func(r *http.Request) bool {
			return r.Method == http.MethodPost
		})}).URL("fleet.git")),
		"in the middle of a pack":  config(t, serve(t, gitserver.Options{Root: r.root, Wrap: cutting(200, func(r *http.Request) { <-r.Context().Done() })}).URL("fleet.git")),
		"in the TLS handshake":     config(t, "https://"+listen(t, block)+"/fleet.git"),
		"before the SSH banner":    overSSH(block),
		"after the SSH banner":     overSSH(func(conn net.Conn) { fmt.Fprint(conn, "SSH-2.0-test\r\n"); block(conn) }),
		"after the login over SSH": overSSH(func(conn net.Conn) { muteSSH(conn, key) }),
	}
	for sentence, cfg := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cfg.Timeout = quick
			contains(t, offline(t, open(t, cfg)), "the server is silent: no answer within 300ms")
		})
	}
}

// muteSSH is a server that lets everybody in and then says nothing.
func muteSSH(conn net.Conn, host ssh.Signer) {
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(host)
	link, _, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	_ = link.Wait()
}

// cutting lets n bytes of a pack through, and then does something else.
func cutting(n int, then func(*http.Request)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			whole := httptest.NewRecorder()
			next.ServeHTTP(whole, r)
			w.Header().Set("Content-Type", whole.Header().Get("Content-Type"))
			_, _ = w.Write(whole.Body.Bytes()[:min(n, whole.Body.Len())])
			_ = http.NewResponseController(w).Flush()
			then(r)
		})
	}
}

// TestPackThatIsCut ends the connection at many places of an answer. Nothing
// of it may be left, and the next fetch must work.
func TestPackThatIsCut(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	for n := 0; ; n += 61 {
		cut, whole := true, false
		server := serve(t, gitserver.Options{Root: r.root, Wrap: func(next http.Handler) http.Handler {
			cutter := cutting(n, func(*http.Request) { panic(http.ErrAbortHandler) })(next)
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if cut {
					cutter.ServeHTTP(w, req)
					return
				}
				next.ServeHTTP(w, req)
			})
		}})
		cfg := config(t, server.URL("fleet.git"))
		src := open(t, cfg)
		if _, err := src.Fetch(t.Context()); err == nil {
			whole = true
		} else if !errors.Is(err, sync.ErrOffline) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		cut = false
		if files := snapshot(t, src, fetch(t, src)).Files; len(files) != 6 {
			t.Fatalf("cut after %d bytes: %d files, want 6", n, len(files))
		}
		if left := leftovers(t, cfg); len(left) > 0 {
			t.Fatalf("cut after %d bytes: left behind: %v", n, left)
		}
		if whole {
			return
		}
	}
}

func TestPackWithAWrongByte(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, req)
			body := answer.Body.Bytes()
			if req.Method == http.MethodPost {
				body[len(body)/2] ^= 1
			}
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			_, _ = w.Write(body)
		})
	}})
	contains(t, offline(t, open(t, config(t, server.URL("fleet.git")))), "its checksum is wrong")
}

func TestTLSFaults(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	now := time.Now()
	good := func(t *testing.T) git.Config { t.Helper(); return overTLS(t, r) }
	cases := map[string]struct {
		cfg  func(*testing.T) git.Config
		want []string
	}{
		"an expired certificate": {
			func(t *testing.T) git.Config {
				t.Helper()
				return overTLSAt(t, r, now.AddDate(0, -2, 0), now.AddDate(0, -1, 0))
			},
			[]string{"the server's certificate has expired"},
		},
		"a certificate that is not valid yet": {
			func(t *testing.T) git.Config {
				t.Helper()
				return overTLSAt(t, r, now.AddDate(0, 1, 0), now.AddDate(0, 2, 0))
			},
			[]string{"not valid yet", "clock is behind"},
		},
		"an unknown authority": {
			func(t *testing.T) git.Config { t.Helper(); cfg := good(t); cfg.CAFile = ""; return cfg },
			[]string{"unknown authority", "git.caFile"},
		},
		"another authority than the file's": {
			func(t *testing.T) git.Config {
				t.Helper()
				cfg := good(t)
				cfg.CAFile = newAuthority(t).file()
				return cfg
			},
			[]string{"none of the authorities in ", "ca.pem"},
		},
		"no client certificate": {
			func(t *testing.T) git.Config {
				t.Helper()
				cfg := good(t)
				cfg.CertFile, cfg.KeyFile = "", ""
				return cfg
			},
			[]string{"set git.tls.certFile"},
		},
		"a client certificate of another authority": {
			func(t *testing.T) git.Config {
				t.Helper()
				cfg := good(t)
				cert, key := newAuthority(t).issue(now.Add(-time.Hour), now.Add(time.Hour))
				cfg.CertFile, cfg.KeyFile = write(t, "cert.pem", cert), write(t, "key.pem", key)
				return cfg
			},
			[]string{"refuses the client certificate in ", "cert.pem"},
		},
		"a client certificate that is not there": {
			func(t *testing.T) git.Config {
				t.Helper()
				cfg := good(t)
				cfg.CertFile = "/nowhere/cert.pem"
				return cfg
			},
			[]string{"client certificate /nowhere/cert.pem", "no such file"},
		},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			contains(t, offline(t, open(t, c.cfg(t))), c.want...)
		})
	}
}

func TestClientCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	ca := newAuthority(t)
	server := serve(t, gitserver.Options{Root: r.root, TLS: ca.server(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))})
	cfg := config(t, server.URL("fleet.git"))
	cert, key := newAuthority(t).issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cfg.CAFile, cfg.CertFile, cfg.KeyFile = ca.file(), write(t, "cert.pem", cert), write(t, "key.pem", key)
	src := open(t, cfg)
	offline(t, src)
	cert, key = ca.issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if _, err := tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{cfg.CertFile: cert, cfg.KeyFile: key} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fetch(t, src)
}

func TestSSHFaults(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cases := map[string]struct {
		spoil func(*testing.T, *git.Config)
		want  []string
	}{
		"a host key that changed": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			host, _ := newKey(t)
			cfg.KnownHostsFile = write(t, "known_hosts", knownhosts.Line([]string{hostOf(cfg.URL)}, host.PublicKey())+"\n")
		}, []string{"the host key has changed", "known_hosts"}},
		"a host that is not known": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			cfg.KnownHostsFile = write(t, "known_hosts", "")
		}, []string{"has no key for the host", "ssh-keyscan"}},
		"a key that the server does not know": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			_, pem := newKey(t)
			cfg.SSHKeyFile = write(t, "id", pem)
		}, []string{"refuses the key in ", "deploy keys"}},
		"a key that is none": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			cfg.SSHKeyFile = write(t, "id", "hello")
		}, []string{"git.ssh.keyFile", "is no private key"}},
		"a repository that is not there": {func(_ *testing.T, cfg *git.Config) {
			cfg.URL += "x"
		}, []string{"does not appear to be a git repository", "check git.url"}},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cfg := overSSH(t, r)
			c.spoil(t, &cfg)
			contains(t, offline(t, open(t, cfg)), c.want...)
		})
	}
}

// hostOf is the host and port of an ssh URL.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "@")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func TestRepositoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	text := offline(t, open(t, config(t, r.path()+"x")))
	contains(t, text, "does not appear to be a git repository", "check git.url")
	text = offline(t, open(t, config(t, serve(t, gitserver.Options{Root: r.root}).URL("other.git"))))
	contains(t, text, "HTTP 404", "check git.url")
}

func TestEmptyRepository(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	for _, url := range []string{r.path(), serve(t, gitserver.Options{Root: r.root}).URL("fleet.git")} {
		contains(t, offline(t, open(t, config(t, url))), "the repository is empty")
	}
}

func TestTokenIsReadAgain(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := overToken(t, r)
	put := func(content string) {
		t.Helper()
		if err := os.WriteFile(cfg.TokenFile, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := open(t, cfg)
	put("old")
	contains(t, offline(t, src), "HTTP 401")
	put("")
	contains(t, offline(t, src), cfg.TokenFile+" is empty")
	put(" " + token + "\r\n")
	fetch(t, src)
}

// TestRedirectToAnotherHost follows the redirect without the login.
func TestRedirectToAnotherHost(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	var leaked []string
	other := serve(t, gitserver.Options{Root: r.root, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if who := req.Header.Get("Authorization"); who != "" {
				leaked = append(leaked, req.Method+" "+who)
			}
			next.ServeHTTP(w, req)
		})
	}})
	elsewhere := strings.Replace(other.URL("fleet.git"), "127.0.0.1", "localhost", 1)
	cfg := answering(t, func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, elsewhere+"/info/refs?"+req.URL.RawQuery, http.StatusMovedPermanently)
	})
	fetch(t, open(t, cfg))
	if len(leaked) > 0 {
		t.Errorf("the login went to another host: %v", leaked)
	}
}

func TestRedactor(t *testing.T) {
	t.Parallel()
	red := git.NewRedactor()
	red.Add(token)
	red.Add("git:" + token)
	red.Add("")
	for _, text := range []string{
		"plain " + token,
		"Basic " + base64.StdEncoding.EncodeToString([]byte("git:"+token)),
		"https://git.example.com/?token=s3cr3t-t0ken%2Fwith%3Dsigns",
		`Get "https://git:` + token + `@git.example.com/fleet.git": EOF`,
		"https://someone:else@git.example.com/fleet.git",
	} {
		got := red.Redact(text)
		for _, secret := range []string{"s3cr3t", "else", "Z2l0OnMzY3IzdC"} {
			if strings.Contains(got, secret) {
				t.Errorf("%q is in %q", secret, got)
			}
		}
	}
	err := red.Error(fmt.Errorf("with %s: %w", token, sync.ErrOffline))
	if err.Error() != "with [redacted]: git is out of reach" || !errors.Is(err, sync.ErrOffline) {
		t.Errorf("got %q, want the class and no secret", err)
	}
	if got := red.Redact("git@example.com:fleet.git at https://example.com/a@b"); got != "git@example.com:fleet.git at https://example.com/a@b" {
		t.Errorf("took out what is no secret: %q", got)
	}
}
