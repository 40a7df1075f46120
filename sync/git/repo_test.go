package git_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/gitserver"
)

// repo is a bare repository that tests write commits into.
type repo struct {
	t    *testing.T
	root string // the folder that it is in, as fleet.git
	n    int    // commits so far
	// rules are what its server grants.
	rules gitserver.Rules
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t: t, root: t.TempDir()}
	r.git("init", "--quiet", "--bare", "--initial-branch=main", r.path())
	r.grant(gitserver.Rules{Filter: true, Strict: true})
	return r
}

// grant says what servers of the repository allow.
func (r *repo) grant(rules gitserver.Rules) {
	r.t.Helper()
	r.rules = rules
	r.git("config", "uploadpack.allowFilter", strconv.FormatBool(rules.Filter))
	if rules.Strict {
		r.git("config", "uploadpackfilter.allow", "false")
		r.git("config", "uploadpackfilter.blob:none.allow", "true")
		r.git("config", "uploadpackfilter.tree.allow", "true")
		r.git("config", "uploadpackfilter.tree.maxDepth", "0")
	}
}

func (r *repo) path() string { return filepath.Join(r.root, "fleet.git") }

// git runs git in the repository.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.gitIn("", args...)
}

func (r *repo) gitIn(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = r.root
	if args[0] != "init" {
		cmd.Dir = r.path()
	}
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit puts a commit onto main: files by path, "-" deletes one, "-> target"
// makes a symlink, "@hash" a submodule.
func (r *repo) commit(files map[string]string) string { return r.commitOn("main", files) }

func (r *repo) commitOn(branch string, files map[string]string) string {
	r.t.Helper()
	r.n++
	var in bytes.Buffer
	fmt.Fprintf(&in, "commit refs/heads/%s\ncommitter Tester <t@example.com> %d +0100\ndata 4\ntest\n", branch, 1_700_000_000+r.n)
	if _, err := exec.CommandContext(r.t.Context(), "git", "-C", r.path(), "rev-parse", "-q", "--verify", "refs/heads/"+branch).Output(); err == nil {
		fmt.Fprintf(&in, "from refs/heads/%s^0\n", branch)
	}
	for name, content := range files {
		target, isLink := strings.CutPrefix(content, "-> ")
		hash, isModule := strings.CutPrefix(content, "@")
		switch {
		case content == "-":
			fmt.Fprintf(&in, "D %s\n", name)
		case isLink:
			fmt.Fprintf(&in, "M 120000 inline %s\ndata %d\n%s\n", name, len(target), target)
		case isModule:
			fmt.Fprintf(&in, "M 160000 %s %s\n", hash, name)
		default:
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(content), content)
		}
	}
	r.gitIn(in.String(), "fast-import", "--quiet", "--force")
	return r.git("rev-parse", "refs/heads/"+branch)
}

// sample is a fleet of two lots on one base.
func sample() map[string]string {
	return map[string]string{
		"README.md":                            "not a lot's business\n",
		"sites/fleet.yaml":                     "kind: Fleet\n",
		"sites/base/kustomization.yaml":        "resources: [gate.yaml]\n",
		"sites/base/gate.yaml":                 "kind: Deployment\n",
		"sites/nl/ams/0042/site.yaml":          "kind: Site\n",
		"sites/nl/ams/0042/tariff.env":         "TARIFF=3.20\n",
		"sites/nl/ams/0042/kustomization.yaml": "resources: [../../../base]\nconfigMapGenerator: [{name: tariff, envs: [tariff.env]}]\n",
		"sites/nl/ams/0043/site.yaml":          "kind: Site\n",
		"sites/nl/ams/0043/kustomization.yaml": "resources: [../../../base]\n",
	}
}

// raw is an object's content, byte by byte.
func (r *repo) raw(id string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", "-C", r.path(), "cat-file", "tree", id)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	return string(out)
}
