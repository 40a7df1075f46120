package git_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync/git"
)

// sshd is an SSH server with a real handshake that runs git's upload-pack.
type sshd struct {
	config *ssh.ServerConfig
	host   ssh.PublicKey
	addr   string
	// links counts the connections that were let in.
	links atomic.Int64
	// v0: what clients want of the protocol is not let through.
	v0 bool
}

func newKey(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

func serveSSH(t *testing.T, allowed ssh.PublicKey, v0 bool) *sshd {
	t.Helper()
	host, _ := newKey(t)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssh.NewSignerFromKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{host: host.PublicKey(), v0: v0}
	s.config = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(allowed.Marshal()) {
			return nil, errors.New("no such key")
		}
		return nil, nil
	}}
	s.config.AddHostKey(other) // a second one, that no known_hosts has
	s.config.AddHostKey(host)
	s.addr = listen(t, s.serve)
	return s
}

// listen serves connections one by one until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() { serve(conn); conn.Close() })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

func (s *sshd) serve(conn net.Conn) {
	link, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return
	}
	defer link.Close()
	s.links.Add(1)
	go ssh.DiscardRequests(requests)
	for offer := range channels {
		channel, requests, err := offer.Accept()
		if err != nil {
			return
		}
		var env []string
		for req := range requests {
			if req.Type == "env" && !s.v0 {
				env = append(env, setting(req.Payload))
				_ = req.Reply(true, nil)
				continue
			}
			if req.Type != "exec" {
				_ = req.Reply(false, nil)
				continue
			}
			_ = req.Reply(true, nil)
			s.exec(channel, string(req.Payload[4:]), env)
			break
		}
	}
}

// setting reads a variable of the environment.
func setting(payload []byte) string {
	var v struct{ Name, Value string }
	if ssh.Unmarshal(payload, &v) != nil {
		return ""
	}
	return v.Name + "=" + v.Value
}

// exec runs the command as a server's shell does.
func (s *sshd) exec(channel ssh.Channel, command string, env []string) {
	cmd := exec.Command("sh", "-c", command)
	cmd.Env = append(cmd.Environ(), env...)
	stdin, _ := cmd.StdinPipe()
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	if err := cmd.Start(); err != nil {
		return
	}
	go func() { _, _ = io.Copy(stdin, channel); stdin.Close() }()
	status := byte(0)
	if cmd.Wait() != nil {
		status = 128
	}
	_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, status})
	channel.Close()
}

func overSSH(t *testing.T, r *repo) git.Config {
	t.Helper()
	cfg, _ := startSSH(t, r)
	return cfg
}

func startSSH(t *testing.T, r *repo) (git.Config, *sshd) {
	t.Helper()
	key, pem := newKey(t)
	server := serveSSH(t, key.PublicKey(), r.rules.V0)
	cfg := config(t, fmt.Sprintf("ssh://git@%s%s", server.addr, r.path()))
	cfg.SSHKeyFile = write(t, "id", pem)
	cfg.KnownHostsFile = write(t, "known_hosts", knownhosts.Line([]string{server.addr}, server.host)+"\n")
	return cfg, server
}

// TestSSHConnectionIsKept between polls, and made anew when it is lost or the key
// is another.
func TestSSHConnectionIsKept(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg, server := startSSH(t, r)
	src := open(t, cfg)
	for range 3 {
		r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": fmt.Sprintf("TARIFF=%d\n", r.n)})
		fetch(t, src)
		fetch(t, src)
	}
	if n := server.links.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
	before := src.Traffic()
	fetch(t, src)
	if poll := src.Traffic().Poll.Up + src.Traffic().Poll.Down - before.Poll.Up - before.Poll.Down; poll > 2000 {
		t.Errorf("a poll moves %d bytes", poll)
	}
	_, other := newKey(t)
	if err := os.WriteFile(cfg.SSHKeyFile, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, offline(t, src), "the server refuses the key")
}
