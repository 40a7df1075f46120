package git_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
)

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
		"sites/nl/ams/0042/kustomization.yaml": "resources: [link.yaml, module, large.yaml, nowhere, 'https://example.com/x']\n",
		"sites/nl/ams/0042/large.yaml":         "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
		"sites/nl/ams/0042/link.yaml":          "-> ../../../../etc/passwd",
		"sites/nl/ams/0042/module":             "@0123456789012345678901234567890123456789",
	})
	src := open(t, config(t, r.path()))
	snap := snapshot(t, src, fetch(t, src))
	want := map[string]string{"sites/nl/ams/0042/link.yaml": "symlink", "sites/nl/ams/0042/module": "submodule", "sites/nl/ams/0042/large.yaml": sync.LFSPointer}
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
