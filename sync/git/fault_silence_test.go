package git_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// quick is how long a server may be silent in tests that wait for it.
const quick = 300 * time.Millisecond

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
		"when it is polled": config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: hang(func(*http.Request) bool { return true })}).URL("fleet.git")),
		"when a pack is asked for": config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: hang(func(r *http.Request) bool {
			return r.Method == http.MethodPost
		})}).URL("fleet.git")),
		"in the middle of a pack":  config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: cutting(200, func(r *http.Request) { <-r.Context().Done() })}).URL("fleet.git")),
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
