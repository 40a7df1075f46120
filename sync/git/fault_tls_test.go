package git_test

import (
	"crypto/tls"
	"os"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

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
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, TLS: ca.server(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))})
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
