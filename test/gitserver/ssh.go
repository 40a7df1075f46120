package gitserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/user"
	"path/filepath"
	"strconv"
)

// ErrNoSSHD says that this machine has no SSH server to start.
var ErrNoSSHD = errors.New("there is no sshd on this machine: install it, such as with apt-get install openssh-server")

// SSHOptions say how an SSH server behaves.
type SSHOptions struct {
	// Root is the folder that holds the bare repositories.
	Root string
	// Dir is a folder for the server's keys, settings and log; it must be the
	// server's own.
	Dir string
	// Rules are what Git grants.
	Rules Rules
}

// SSH is OpenSSH's sshd on loopback, with keys of its own, that runs nothing
// but Git. It ends with this process. It is not for concurrent use.
type SSH struct {
	options SSHOptions
	program string
	user    string
	port    int
	process *process
}

// ServeSSH starts an sshd on a free port of loopback. It runs until Stop. It
// fails with ErrNoSSHD where OpenSSH's server is not installed.
func ServeSSH(ctx context.Context, options SSHOptions) (*SSH, error) {
	program, err := findSSHD()
	if err != nil {
		return nil, err
	}
	me, err := user.Current()
	if err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	if options.Root, err = filepath.Abs(options.Root); err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	if options.Dir, err = filepath.Abs(options.Dir); err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	s := &SSH{options: options, program: program, user: me.Username}
	if s.port, err = freePort(ctx); err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	return s, s.Start(ctx)
}

// URL is the address of a repository by its path below the root.
func (s *SSH) URL(repo string) string { return s.URLAt(s.Addr(), repo) }

// URLAt is the address of a repository when the server is reached elsewhere,
// such as through a proxy at host:port.
func (s *SSH) URLAt(addr, repo string) string {
	return "ssh://" + s.user + "@" + addr + filepath.Join(s.options.Root, repo)
}

// Addr is the server's host and port. It stays the same through Stop and Start.
func (s *SSH) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// KeyFile is the private key that the server lets in.
func (s *SSH) KeyFile() string { return s.file("client") }

// HostKey is the server's key as a line of known_hosts has it, without the
// host's name: "ssh-ed25519 AAAA…".
func (s *SSH) HostKey() (string, error) {
	signer, err := readKey(s.file("host"))
	if err != nil {
		return "", fmt.Errorf("ssh server: %w", err)
	}
	return authorizedLine(signer.PublicKey()), nil
}

// KnownHosts writes a known_hosts file that trusts the server's present key at
// the given addresses, or where it listens if there are none, and returns the
// file's path.
func (s *SSH) KnownHosts(addrs ...string) (string, error) {
	if len(addrs) == 0 {
		addrs = []string{s.Addr()}
	}
	key, err := s.HostKey()
	if err != nil {
		return "", err
	}
	file := s.file("known_hosts")
	return file, writeKnownHosts(file, addrs, key)
}

// ChangeHostKey gives a server that is stopped another key.
func (s *SSH) ChangeHostKey() error {
	if s.process != nil {
		return errors.New("ssh server: stop it before its key is changed")
	}
	_, err := writeKey(s.file("host"))
	return err
}

func (s *SSH) file(name string) string { return filepath.Join(s.options.Dir, name) }

// freePort finds a port that nobody listens on now.
func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("listening at %s", listener.Addr())
	}
	return addr.Port, nil
}
