package gitserver

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

const (
	privateFile = 0o600
	program     = 0o700
	// separation is where an sshd that starts as root locks its unprivileged
	// half up; it refuses to start without the folder.
	separation     = "/run/sshd"
	separationMode = 0o755
)

// findSSHD looks where systems keep it; it is seldom on the PATH of a user.
func findSSHD() (string, error) {
	for _, name := range []string{"sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"} {
		// It starts itself again for each connection, and so wants an absolute path.
		if path, err := exec.LookPath(name); err == nil && filepath.IsAbs(path) {
			return path, nil
		}
	}
	return "", ErrNoSSHD
}

// prepare writes the keys and the settings.
func (s *SSH) prepare() error {
	if _, err := writeKey(s.file("host")); err != nil {
		return err
	}
	client, err := writeKey(s.file("client"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file("authorized_keys"), []byte(client+"\n"), privateFile); err != nil {
		return err
	}
	if err := os.WriteFile(s.file("serve"), []byte(s.script()), program); err != nil {
		return err
	}
	if err := os.WriteFile(s.file("sshd_config"), []byte(s.config()), privateFile); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return nil
	}
	if err := os.MkdirAll(separation, separationMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// config is sshd_config. A client of SSH asks for a protocol through the
// environment, and an old server does not look there.
func (s *SSH) config() string {
	lines := []string{
		"ListenAddress " + s.Addr(),
		"HostKey " + s.file("host"),
		"AuthorizedKeysFile " + s.file("authorized_keys"),
		"PidFile none",
		"StrictModes no", // temporary folders may be writable for others
		"UsePAM no",
		"PasswordAuthentication no",
		"KbdInteractiveAuthentication no",
		"PermitRootLogin prohibit-password",
		"PermitTTY no",
		"DisableForwarding yes",
		"MaxStartups 100",
		"LogLevel VERBOSE",
		"ForceCommand " + s.file("serve"),
	}
	if !s.options.Rules.V0 {
		lines = append(lines, "AcceptEnv GIT_PROTOCOL")
	}
	return strings.Join(lines, "\n") + "\n"
}

// script is what runs in the place of what a client asks for.
func (s *SSH) script() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, setting := range append(s.options.Rules.environment(), "PATH="+os.Getenv("PATH")) {
		fmt.Fprintf(&b, "export '%s'\n", setting)
	}
	b.WriteString("exec git shell -c \"$SSH_ORIGINAL_COMMAND\"\n")
	return b.String()
}

// writeKey makes a private key and returns its public half as a line.
func writeKey(file string) (string, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), privateFile); err != nil {
		return "", err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return "", err
	}
	return authorizedLine(signer.PublicKey()), nil
}

func readKey(file string) (ssh.Signer, error) { //nolint:ireturn // the library knows keys by this only
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return ssh.ParsePrivateKey(data)
}

func authorizedLine(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func writeKnownHosts(file string, addrs []string, key string) error {
	var names []string
	for _, addr := range addrs {
		names = append(names, knownhosts.Normalize(addr))
	}
	return os.WriteFile(file, []byte(strings.Join(names, ",")+" "+key+"\n"), privateFile)
}
