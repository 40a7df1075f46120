package git_test

import (
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lotsync/lotsync/sync/git"
)

func TestSSHFaults(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cases := map[string]struct {
		spoil func(*testing.T, *git.Config)
		want  []string
	}{
		"a host key that changed": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			host, _ := newKey(t)
			cfg.KnownHostsFile = write(t, "known_hosts", knownhosts.Line([]string{hostOf(cfg.URL)}, host.PublicKey())+"\n")
		}, []string{"the host key has changed", "known_hosts"}},
		"a host that is not known": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			cfg.KnownHostsFile = write(t, "known_hosts", "")
		}, []string{"has no key for the host", "ssh-keyscan"}},
		"a key that the server does not know": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			_, pem := newKey(t)
			cfg.SSHKeyFile = write(t, "id", pem)
		}, []string{"refuses the key in ", "deploy keys"}},
		"a key that is none": {func(t *testing.T, cfg *git.Config) {
			t.Helper()
			cfg.SSHKeyFile = write(t, "id", "hello")
		}, []string{"git.ssh.keyFile", "is no private key"}},
		"a repository that is not there": {func(_ *testing.T, cfg *git.Config) {
			cfg.URL += "x"
		}, []string{"does not appear to be a git repository", "check git.url"}},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cfg := overSSH(t, r)
			c.spoil(t, &cfg)
			contains(t, offline(t, open(t, cfg)), c.want...)
		})
	}
}

// hostOf is the host and port of an ssh URL.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "@")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
