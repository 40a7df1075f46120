package gitserver_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/gitserver"
)

func TestRulesAreWhatGitGrants(t *testing.T) {
	t.Parallel()
	blob := "ce013625030ba8dba906f756967f9e9ca394464a" // hello
	cases := map[string]struct {
		rules   gitserver.Rules
		args    []string
		fails   bool
		message string
	}{
		"no filters unless granted":        {gitserver.Rules{}, []string{"fetch", "--filter=blob:none"}, false, "filtering not recognized"},
		"any filter":                       {gitserver.Rules{Filter: true}, []string{"fetch", "--filter=tree:2"}, false, ""},
		"strict: tree:0":                   {gitserver.Rules{Filter: true, Strict: true}, []string{"fetch", "--filter=tree:0"}, false, ""},
		"strict: blob:none":                {gitserver.Rules{Filter: true, Strict: true}, []string{"fetch", "--filter=blob:none"}, false, ""},
		"strict: no deeper tree":           {gitserver.Rules{Filter: true, Strict: true}, []string{"fetch", "--filter=tree:2"}, true, "tree filter allows max depth 0"},
		"a hash in v2":                     {gitserver.Rules{}, []string{"fetch", "HASH"}, false, ""},
		"no hash in v0":                    {gitserver.Rules{V0: true}, []string{"fetch", "HASH"}, true, "unadvertised object"},
		"a hash in v0 where it is granted": {gitserver.Rules{V0: true, AnyHash: true}, []string{"fetch", "HASH"}, false, ""},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			server, err := gitserver.New(t.Context(), gitserver.Options{Root: repository(t), Rules: c.rules})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := server.Stop(); err != nil {
					t.Error(err)
				}
			}()
			clone := filepath.Join(t.TempDir(), "clone")
			runGit(t, nil, "init", "-q", clone)
			args := append([]string{"-C", clone, "-c", "remote.origin.url=" + server.URL("fleet.git"), c.args[0], "origin"}, c.args[1:]...)
			if args[len(args)-1] == "HASH" {
				args[len(args)-1] = blob
			}
			said, err := try(t, nil, "git", args...)
			if (err != nil) != c.fails || !strings.Contains(said, c.message) {
				t.Errorf("err %v, want failure: %v; want %q in:\n%s", err, c.fails, c.message, said)
			}
		})
	}
}
