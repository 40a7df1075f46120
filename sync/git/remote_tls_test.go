package git_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

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

// overHTTP2 is what large hosts speak.
func overHTTP2(t *testing.T, r *repo) git.Config {
	t.Helper()
	return overTLSAt(t, r, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "h2")
}

func overTLSAt(t *testing.T, r *repo, from, until time.Time, protocols ...string) git.Config {
	t.Helper()
	ca := newAuthority(t)
	options := gitserver.Options{Root: r.root, Rules: r.rules, TLS: ca.server(from, until)}
	options.TLS.NextProtos = protocols
	cfg := config(t, serve(t, options).URL("fleet.git"))
	cert, key := ca.issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cfg.CAFile, cfg.CertFile, cfg.KeyFile = ca.file(), write(t, "cert.pem", cert), write(t, "key.pem", key)
	return cfg
}
