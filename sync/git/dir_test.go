package git_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync/git"
)

// checkout makes a worktree of the repository's main.
func checkout(t *testing.T, r *repo) string {
	t.Helper()
	work := filepath.Join(t.TempDir(), "work")
	r.git("-c", "protocol.file.allow=always", "clone", "--quiet", r.path(), work)
	return work
}

func TestDirReadsWhatTheSourceReads(t *testing.T) {
	t.Parallel()
	files := sample()
	files["sites/nl/ams/0042/link.yaml"] = "-> ../../../../../etc/passwd"
	files["sites/nl/ams/0042/kustomization.yaml"] = "resources: [../../../base, link.yaml]\n"
	r := newRepo(t)
	r.commit(files)
	src := open(t, config(t, r.path()))
	dir := git.OpenDir(checkout(t, r), "sites", "nl/ams/0042")
	want, err := src.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := dir.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Key != want.Key || got.Commit != want.Commit {
		t.Errorf("the checkout is %+v, the repository %+v", got, want)
	}
	fromGit := snapshot(t, src, want)
	fromDir, err := dir.Snapshot(t.Context(), got)
	if err != nil {
		t.Fatal(err)
	}
	fromDir.Revision = fromGit.Revision
	if diff := cmp.Diff(fromGit, fromDir); diff != "" {
		t.Error("(-repository +checkout):", diff)
	}
	if diff := cmp.Diff(map[string]string{"sites/nl/ams/0042/link.yaml": "symlink"}, fromDir.Irregular); diff != "" {
		t.Error("irregular (-want +got):", diff)
	}
}

func TestDirSeesWhatIsNotCommitted(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	work := checkout(t, r)
	dir := git.OpenDir(work, "sites", "nl/ams/0042")
	before, err := dir.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "sites/nl/ams/0042/site.yaml"), []byte("kind: Site # new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := dir.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Key == before.Key {
		t.Error("a changed file does not change the key")
	}
	if _, err := dir.Snapshot(t.Context(), before); err == nil {
		t.Error("a snapshot of what was there before was to be had")
	}
}

func TestDirWorksWithoutGit(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, content := range sample() {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := git.OpenDir(root, "sites", "nl/ams/0043")
	rev, err := dir.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rev.Commit != "" {
		t.Errorf("commit %q, want none", rev.Commit)
	}
	snap, err := dir.Snapshot(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	maps.DeleteFunc(want, func(name, _ string) bool {
		return name == "README.md" || filepath.Dir(name) == "sites/nl/ams/0042"
	})
	got := map[string]string{}
	for name, data := range snap.Files {
		got[name] = string(data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("files (-want +got):", diff)
	}
}
