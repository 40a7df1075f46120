package git_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// files lists the cache's files by their path.
func files(t *testing.T, cfg git.Config) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(cfg.CacheDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// leftovers lists files of the cache that are not whole.
func leftovers(t *testing.T, cfg git.Config) []string {
	t.Helper()
	var left []string
	for path := range files(t, cfg) {
		if strings.HasPrefix(filepath.Base(path), "tmp_") {
			left = append(left, path)
		}
	}
	return left
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedCache spoils the files of a cache. Whatever is done to them, what
// is read is right or an error, and the next fetch mends it.
func TestDamagedCache(t *testing.T) {
	t.Parallel()
	half := func(s string) string { return s[:len(s)/2] }
	empty := func(string) string { return "" }
	cases := map[string]struct {
		suffix string
		spoil  func(string) string
	}{
		"the pack is cut in half":            {".pack", half},
		"the pack is empty":                  {".pack", empty},
		"the pack is gone":                   {".pack", nil},
		"the index is cut in half":           {".idx", half},
		"the index is empty":                 {".idx", empty},
		"the index is gone":                  {".idx", nil},
		"the note of the last tip is empty":  {"tip", empty},
		"the note of the last tip is gone":   {"tip", nil},
		"the note of the last tip is broken": {"tip", func(string) string { return strings.Repeat("0123456789", 4) + "\n" }},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.commit(sample())
			cfg := config(t, r.path())
			want := snapshot(t, open(t, cfg), fetch(t, open(t, cfg)))
			for path, content := range files(t, cfg) {
				switch {
				case !strings.HasSuffix(path, c.suffix):
				case c.spoil == nil:
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				default:
					put(t, path, c.spoil(content))
				}
			}
			src := open(t, cfg)
			if got, err := src.Snapshot(t.Context(), want.Revision); err == nil {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error("snapshot of a damaged cache (-want +got):", diff)
				}
			}
			commit := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
			rev := fetch(t, src)
			if string(rev.Commit) != commit {
				t.Errorf("commit %s, want %s", rev.Commit, commit)
			}
			if got := snapshot(t, src, rev); len(got.Files) != len(want.Files) {
				t.Errorf("%d files after mending, want %d", len(got.Files), len(want.Files))
			}
		})
	}
}

// TestBytesAllOverTheCache changes bytes all over the cache's pack and index, and
// cuts them at many lengths: a snapshot is what it was, or an error.
func TestBytesAllOverTheCache(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	want := snapshot(t, open(t, cfg), fetch(t, open(t, cfg)))
	whole := files(t, cfg)
	refused := 0
	check := func(path, content string) {
		t.Helper()
		put(t, path, content)
		got, err := open(t, cfg).Snapshot(t.Context(), want.Revision)
		switch {
		case err != nil && !errors.Is(err, sync.ErrOffline):
			t.Fatalf("%s: %v", path, err)
		case err != nil:
			refused++
			for path, content := range whole {
				put(t, path, content)
			}
			return
		}
		put(t, path, whole[path])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("snapshot of a damaged cache (-want +got): %s", diff)
		}
	}
	for path, content := range whole {
		for i := 0; i < len(content); i += 11 {
			check(path, content[:i]+string(content[i]^0x41)+content[i+1:])
		}
		for i := 0; i < len(content); i += 61 {
			check(path, content[:i])
		}
	}
	if refused == 0 {
		t.Error("no damage was found at all")
	}
}

func TestMiddlePackGone(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	src := open(t, cfg)
	fetch(t, src)
	first := files(t, cfg)
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n"})
	fetch(t, src)
	for path := range first {
		if strings.HasSuffix(path, ".pack") {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=5.00\n"})
	src = open(t, cfg)
	if got := len(snapshot(t, src, fetch(t, src)).Files); got != 6 {
		t.Errorf("%d files, want 6", got)
	}
}

func TestLeftoversOfAKilledFetchAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	put(t, filepath.Join(cfg.CacheDir, "tmp_1"), "half")
	put(t, filepath.Join(cfg.CacheDir, "objects", "pack", "tmp_pack_2"), "half")
	fetch(t, open(t, cfg))
	if left := leftovers(t, cfg); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTooManyPacksAreFetchedAsOne(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	cfg.MaxPacks = 2
	src := open(t, cfg)
	most := 0
	for n := range 8 {
		want := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet #" + strings.Repeat("x", n) + "\n"})
		if rev := fetch(t, src); string(rev.Commit) != want {
			t.Fatalf("commit %s, want %s", rev.Commit, want)
		}
		packs := 0
		for path := range files(t, cfg) {
			if strings.HasSuffix(path, ".pack") {
				packs++
			}
		}
		most = max(most, packs)
	}
	if most != cfg.MaxPacks+1 {
		t.Errorf("at most %d packs at a time, want %d", most, cfg.MaxPacks+1)
	}
}

// TestNothingNewCostsNothing looks at the wire and at the disk.
func TestNothingNewCostsNothing(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root})
	cfg := config(t, server.URL("fleet.git"))
	src := open(t, cfg)
	rev := fetch(t, src)
	before := stamps(t, cfg)
	server.Requests()
	fetch(t, src)
	again := open(t, cfg) // as after a restart
	fetch(t, again)
	snapshot(t, again, rev)
	var asked []string
	for _, request := range server.Requests() {
		asked = append(asked, request.Method+" "+request.Path)
	}
	if diff := cmp.Diff([]string{"GET /fleet.git/info/refs", "GET /fleet.git/info/refs"}, asked); diff != "" {
		t.Error("requests (-want +got):", diff)
	}
	if diff := cmp.Diff(before, stamps(t, cfg)); diff != "" {
		t.Error("the disk was written (-before +after):", diff)
	}
}

// stamps are the times at which the cache's files and folders were written.
func stamps(t *testing.T, cfg git.Config) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(cfg.CacheDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[path] = info.ModTime().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestOneCommitIsFetchedAlone compares an update with the whole.
func TestOneCommitIsFetchedAlone(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	files := sample()
	for i := range 300 {
		files["sites/nl/rtm/"+strings.Repeat("a", i/26+1)+string(rune('a'+i%26))+"/site.yaml"] = strings.Repeat("# lot\n", i)
	}
	r.commit(files)
	server := serve(t, gitserver.Options{Root: r.root})
	src := open(t, config(t, server.URL("fleet.git")))
	down := func() (n int64) {
		fetch(t, src)
		for _, request := range server.Requests() {
			n += request.Down
		}
		return n
	}
	first := down()
	r.commit(map[string]string{"sites/nl/ams/0043/site.yaml": "kind: Site # new\n"})
	if update := down(); update > 2000 || update*5 > first {
		t.Errorf("an update took %d bytes, the whole %d", update, first)
	}
}

func TestWhatIsBeyondThisMachine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		spoil func(*repo, *git.Config)
		want  []string
	}{
		"a pack larger than the limit": {
			spoil: func(_ *repo, cfg *git.Config) { cfg.MaxBytes = 100 },
			want:  []string{"the pack is too large: more than 100 bytes"},
		},
		"a file larger than the limit": {
			files: map[string]string{"sites/nl/ams/0042/tariff.env": strings.Repeat("x", 300<<10)},
			want:  []string{"site nl/ams/0042: sites/nl/ams/0042/tariff.env: 307200 bytes", "may have 262144"},
		},
		"a tag of something that is no commit": {
			spoil: func(r *repo, cfg *git.Config) {
				r.git("update-ref", "refs/tags/v1", r.git("rev-parse", "main:sites/fleet.yaml"))
				cfg.Ref = "refs/tags/v1"
			},
			want: []string{"is a blob, not a commit"},
		},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.commit(sample())
			if c.files != nil {
				r.commit(c.files)
			}
			cfg := config(t, r.path())
			if c.spoil != nil {
				c.spoil(r, &cfg)
			}
			_, err := open(t, cfg).Fetch(t.Context())
			if !errors.Is(err, sync.ErrInvalid) || errors.Is(err, sync.ErrOffline) {
				t.Fatalf("got %v, want an ErrInvalid", err)
			}
			contains(t, err.Error(), c.want...)
		})
	}
}

func TestContentIsNotJudged(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(map[string]string{
		"sites/fleet.yaml":                     "{ this: is: broken",
		"sites/nl/ams/0042/kustomization.yaml": "resources: [link.yaml, module, nowhere, 'https://example.com/x']\n",
		"sites/nl/ams/0042/link.yaml":          "-> ../../../../etc/passwd",
		"sites/nl/ams/0042/module":             "@0123456789012345678901234567890123456789",
	})
	src := open(t, config(t, r.path()))
	snap := snapshot(t, src, fetch(t, src))
	want := map[string]string{"sites/nl/ams/0042/link.yaml": "symlink", "sites/nl/ams/0042/module": "submodule"}
	if diff := cmp.Diff(want, snap.Irregular); diff != "" {
		t.Error("irregular (-want +got):", diff)
	}
	cfg := config(t, r.path())
	cfg.Site = "nl/ams/9999"
	src = open(t, cfg)
	if got := snapshot(t, src, fetch(t, src)).Files; len(got) != 1 {
		t.Errorf("a site that does not exist has %d files, want fleet.yaml alone", len(got))
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(*git.Config)
		want  string
	}{
		"no URL":                    {func(c *git.Config) { c.URL = "" }, "set git.url"},
		"a relative path":           {func(c *git.Config) { c.URL = "fleet" }, "neither a URL nor an absolute path"},
		"a scheme that is not read": {func(c *git.Config) { c.URL = "git://example.com/fleet" }, "use https, http, ssh or file"},
		"a password in the URL":     {func(c *git.Config) { c.URL = "https://a:s3cr3t@example.com/fleet" }, "git.url holds a password"},
		"no ref":                    {func(c *git.Config) { c.Ref = "" }, "set git.ref"},
		"no site":                   {func(c *git.Config) { c.Site = "" }, "no name given"},
		"a folder outside":          {func(c *git.Config) { c.Dir = "../sites" }, "git.dir"},
		"half a client certificate": {func(c *git.Config) { c.CertFile = "cert.pem" }, "git.tls.keyFile"},
		"ssh without a key":         {func(c *git.Config) { c.URL = "git@example.com:fleet.git" }, "set git.ssh.keyFile"},
		"ssh without host keys": {func(c *git.Config) {
			c.URL, c.SSHKeyFile = "ssh://git@example.com/fleet.git", "id"
		}, "set git.ssh.knownHostsFile"},
		"no limits": {func(c *git.Config) { c.MaxBytes = 0 }, "above zero"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, "https://example.com/fleet.git")
			c.spoil(&cfg)
			_, err := git.New(cfg)
			if err == nil {
				t.Fatal("it was taken")
			}
			contains(t, err.Error(), c.want)
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Error("the password is in the message:", err)
			}
		})
	}
}
