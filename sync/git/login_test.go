package git_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/gitserver"
)

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
	other := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: func(next http.Handler) http.Handler {
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
