package gitserver_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/gitserver"
)

// repository makes a bare repository with one commit and returns its root.
func repository(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	runGit(t, nil, "init", "-q", "--bare", "-b", "main", filepath.Join(root, "fleet.git"))
	script := "commit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 0\nM 100644 inline hello\ndata 6\nhello\n\n"
	cmd := exec.CommandContext(t.Context(), "git", "-C", filepath.Join(root, "fleet.git"), "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("fast-import: %v\n%s", err, out)
	}
	return root
}

func runGit(t *testing.T, env []string, args ...string) string {
	t.Helper()
	out, err := try(t, env, "git", args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func try(t *testing.T, env []string, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func serveSSH(t *testing.T, rules gitserver.Rules) *gitserver.SSH {
	t.Helper()
	server, err := gitserver.ServeSSH(t.Context(), gitserver.SSHOptions{Root: repository(t), Dir: t.TempDir(), Rules: rules})
	if errors.Is(err, gitserver.ErrNoSSHD) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// client is the environment in which git reaches the server.
func client(t *testing.T, server *gitserver.SSH, hosts string) []string {
	t.Helper()
	return []string{
		"GIT_TRACE_PACKET=1",
		"GIT_SSH_COMMAND=ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=none" +
			" -o UserKnownHostsFile=" + hosts + " -i " + server.KeyFile(),
	}
}

func TestSSHServesGit(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		rules  gitserver.Rules
		want   string
		refuse string
	}{
		"protocol v2 for who asks":    {gitserver.Rules{}, "version 2", "=filter"},
		"filters where granted":       {gitserver.Rules{Filter: true}, "fetch=shallow wait-for-done filter", ""},
		"an old server answers in v0": {gitserver.Rules{V0: true}, "HEAD", "version 2"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			server := serveSSH(t, c.rules)
			hosts, err := server.KnownHosts()
			if err != nil {
				t.Fatal(err)
			}
			said := runGit(t, client(t, server, hosts), "ls-remote", server.URL("fleet.git"))
			if !strings.Contains(said, "refs/heads/main") || !strings.Contains(said, c.want) {
				t.Errorf("want %q in:\n%s", c.want, said)
			}
			if c.refuse != "" && strings.Contains(said, "< "+c.refuse) {
				t.Errorf("%q is in:\n%s", c.refuse, said)
			}
		})
	}
}

func TestSSHRunsNothingButGit(t *testing.T) {
	t.Parallel()
	server := serveSSH(t, gitserver.Rules{})
	hosts, err := server.KnownHosts()
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(server.Addr(), ":")
	args := []string{"-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=" + hosts, "-i", server.KeyFile(), "-p", port, host}
	if said, err := try(t, nil, "ssh", append(args, "id")...); err == nil || strings.Contains(said, "uid=") {
		t.Errorf("id ran: %s", said)
	}
}

func TestAChangedHostKeyIsSeen(t *testing.T) {
	t.Parallel()
	server := serveSSH(t, gitserver.Rules{})
	hosts, err := server.KnownHosts()
	if err != nil {
		t.Fatal(err)
	}
	env := client(t, server, hosts)
	runGit(t, env, "ls-remote", server.URL("fleet.git"))
	if err := server.ChangeHostKey(); err == nil {
		t.Error("the key was changed under a running server")
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if said, err := try(t, env, "git", "ls-remote", server.URL("fleet.git")); err == nil {
		t.Errorf("a stopped server answered: %s", said)
	}
	if err := errors.Join(server.ChangeHostKey(), server.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	if said, err := try(t, env, "git", "ls-remote", server.URL("fleet.git")); err == nil || !strings.Contains(said, "REMOTE HOST IDENTIFICATION HAS CHANGED") {
		t.Errorf("err %v, said %s", err, said)
	}
}
