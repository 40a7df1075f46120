package git_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// dial starts a server of a repository and says how to reach it.
type dial func(*testing.T, *repo) git.Config

// transports are all the ways to a repository.
func transports() map[string]dial {
	return map[string]dial{
		"file":  func(t *testing.T, r *repo) git.Config { t.Helper(); return config(t, "file://"+r.path()) },
		"path":  func(t *testing.T, r *repo) git.Config { t.Helper(); return config(t, r.path()) },
		"http":  overHTTP,
		"token": overToken,
		"basic": overBasic,
		"tls with its own authority and a client certificate": overTLS,
		"http/2":               overHTTP2,
		"ssh":                  overSSH,
		"http through a proxy": overProxy,
	}
}

func overHTTP(t *testing.T, r *repo) git.Config {
	t.Helper()
	return config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules}).URL("fleet.git"))
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
	cfg := config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: wanting("", token)}).URL("fleet.git"))
	cfg.TokenFile = write(t, "token", token+"\n")
	return cfg
}

func overBasic(t *testing.T, r *repo) git.Config {
	t.Helper()
	cfg := config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: wanting("lot", token)}).URL("fleet.git"))
	cfg.UserFile, cfg.PasswordFile = write(t, "user", "lot\n"), write(t, "password", token)
	return cfg
}

// overProxy has a URL that only the proxy can reach.
func overProxy(t *testing.T, r *repo) git.Config {
	t.Helper()
	backend := serve(t, gitserver.Options{Root: r.root, Rules: r.rules})
	cfg := config(t, "http://git.invalid/fleet.git")
	cfg.Proxy = "http://lot:pr0xy-pass@" + backend.Addr()
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
