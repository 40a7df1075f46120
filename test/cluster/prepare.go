package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
)

// auditPolicy records who did what to which object, once a request is answered.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// prepare writes all that the programs read: certificates, kubeconfigs, policy.
func (c *ControlPlane) prepare() error {
	if err := os.MkdirAll(c.file("logs"), privateDir); err != nil {
		return err
	}
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	c.ca = ca.pem
	server, err := ca.server()
	if err != nil {
		return err
	}
	if err := server.write(c.options.Dir, "apiserver"); err != nil {
		return err
	}
	if err := signingKeys(c.file("tokens.key"), c.file("tokens.pub")); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"ca.crt": ca.pem, "audit-policy.yaml": []byte(auditPolicy)} {
		if err := os.WriteFile(c.file(name), text, privateFile); err != nil {
			return err
		}
	}
	return c.prepareUsers(ca)
}

// prepareUsers makes a kubeconfig for each program, and for us as admin.
func (c *ControlPlane) prepareUsers(ca *authority) error {
	for _, who := range []struct{ file, user, group string }{
		{controllers, "system:kube-controller-manager", ""},
		{scheduler, "system:kube-scheduler", ""},
		{hollow, "system:node:" + c.options.NodeName, "system:nodes"},
		{"admin", "admin", "system:masters"},
	} {
		issued, err := ca.client(who.user, who.group)
		if err != nil {
			return err
		}
		err = writeKubeconfig(c.file(who.file+".kubeconfig"), c.URL(), ca.pem, user{name: who.user, pair: issued})
		if err != nil {
			return err
		}
		if who.file == "admin" {
			if c.client, err = httpClient(ca, issued); err != nil {
				return err
			}
		}
	}
	return nil
}

// httpClient speaks to the API server as the user whose certificate as is.
func httpClient(ca *authority, as pair) (*http.Client, error) {
	cert, err := tls.X509KeyPair(as.cert, as.key)
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13},
	}}, nil
}
