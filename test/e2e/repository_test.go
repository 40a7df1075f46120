package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sites"
)

// repository is a bare repository that tests write commits into.
type repository struct {
	t    *testing.T
	root string // the folder that it is in, as fleet.git
	n    int    // commits so far
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{t: t, root: t.TempDir()}
	r.git(r.root, "", "init", "--quiet", "--bare", "--initial-branch=main", r.path())
	return r
}

func (r *repository) path() string { return filepath.Join(r.root, "fleet.git") }

func (r *repository) git(dir, stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// gone and linkTo are contents with a meaning of their own.
const (
	gone   = "\x00gone" // deletes the file or folder
	linkTo = "\x00link" // what follows is a symlink's target
)

// commit puts a commit onto main: contents by path.
func (r *repository) commit(files map[string]string) {
	r.t.Helper()
	r.n++
	var in bytes.Buffer
	fmt.Fprintf(&in, "commit refs/heads/main\ncommitter Tester <t@example.com> %d +0100\ndata 4\ntest\n", 1_790_000_000+r.n)
	if r.n > 1 {
		in.WriteString("from refs/heads/main^0\n")
	}
	// What is deleted comes last: it may be a folder, with files that are named, too.
	for _, name := range slices.SortedFunc(maps.Keys(files), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(files[a]), rank(files[b])), cmp.Compare(a, b))
	}) {
		content := files[name]
		target, isLink := strings.CutPrefix(content, linkTo)
		switch {
		case content == gone:
			fmt.Fprintf(&in, "D %s\n", name)
		case isLink:
			fmt.Fprintf(&in, "M 120000 inline %s\ndata %d\n%s\n", name, len(target), target)
		default:
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(content), content)
		}
	}
	r.git(r.path(), in.String(), "fast-import", "--quiet", "--force")
}

func rank(content string) int {
	if content == gone {
		return 1
	}
	return 0
}

// head is the newest commit.
func (r *repository) head() string {
	r.t.Helper()
	return r.git(r.path(), "", "rev-parse", "refs/heads/main")
}

// sampleFleet is the project's own fleet, as files of a repository, with the
// bundles settling at once and the lots looking for drift every ten seconds.
func sampleFleet(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(sites.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := sites.Files().ReadFile(name)
		files[path.Join("sites", name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files["sites/fleet.yaml"] = swap(t, files["sites/fleet.yaml"], "settle: 30s", "settle: 0s", "drift: 10m", "drift: 10s")
	return files
}

// swap replaces parts of text that must be there.
func swap(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q is not in:\n%s", pairs[i], text)
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}
