package git

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
)

// maxCredential is the largest file that is read for a credential, in bytes.
const maxCredential = 1 << 20

// login is a user and password for HTTP; the zero login is nobody.
type login struct {
	user, password string
	// source is the file to look at when the server refuses it.
	source string
}

// readLogin reads the login for HTTP from its files.
func (c Config) readLogin(addr address, red *Redactor) (login, error) {
	l := login{user: addr.url.User.Username(), source: c.PasswordFile}
	if c.TokenFile != "" {
		l.source = c.TokenFile
	}
	if c.UserFile != "" {
		user, err := readSecret("git.basic.userFile", c.UserFile)
		if err != nil {
			return login{}, err
		}
		l.user = user
	}
	if l.source == "" {
		return l, nil
	}
	password, err := readSecret("the credential for Git", l.source)
	if err != nil {
		return login{}, err
	}
	if l.user == "" {
		l.user = "git"
	}
	l.password = password
	red.Add(l.password)
	red.Add(l.user + ":" + l.password)
	return l, nil
}

// readSecret reads a file that holds one value.
func readSecret(what, file string) (string, error) {
	data, err := readSmall(what, file)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(data))
	if value == "" {
		return "", fmt.Errorf("%s: %s is empty", what, file)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		return "", fmt.Errorf("%s: %s has several lines, want the bare value", what, file)
	}
	return value, nil
}

func readSmall(what, file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if info.Size() > maxCredential {
		return nil, fmt.Errorf("%s: %s has %d bytes: that is not the right file", what, file, info.Size())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return data, nil
}

// readRoots reads the authorities that the server is checked against, nil for
// the system's.
func readRoots(file string) (*x509.CertPool, []byte, error) {
	if file == "" {
		return nil, nil, nil
	}
	data, err := readSmall("git.caFile", file)
	if err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, nil, fmt.Errorf("git.caFile: %s holds no certificate in PEM form", file)
	}
	return pool, data, nil
}

// readClientCert reads the certificate that the server asks for.
func (c Config) readClientCert() (*tls.Certificate, error) {
	if c.CertFile == "" {
		return &tls.Certificate{}, nil
	}
	cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("client certificate %s with key %s: %w", c.CertFile, c.KeyFile, err)
	}
	return &cert, nil
}
