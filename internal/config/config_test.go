package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func none(string) (string, bool) { return "", false }

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lotsync.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const head = "apiVersion: lotsync.dev/v1alpha1\nkind: Agent\n"

func TestTheFileGoesOverTheDefaultsAndTheEnvironmentOverTheFile(t *testing.T) {
	path := write(t, head+"spec: {site: nl/ams/0042, git: {url: https://git.example.com/fleet.git, tokenFile: /etc/lotsync/token}, listen: \"\"}\n")
	got, err := Load(path, func(name string) (string, bool) {
		v, ok := map[string]string{"LOTSYNC_REPO": "https://mirror.example.com/fleet.git", "LOTSYNC_SSH_KEY_FILE": "/key"}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Site = "nl/ams/0042"
	want.Listen = ""
	want.Git.URL = "https://mirror.example.com/fleet.git"
	want.Git.TokenFile = "/etc/lotsync/token"
	want.Git.SSH.KeyFile = "/key"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBadFilesAreRefusedWithTheFileAndTheField(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"a misspelt field": {head + "spec: {git: {tokenfile: /x}}\n", `unknown field "spec.git.tokenfile"`},
		"a field twice":    {head + "spec: {site: a, site: b}\n", `key "site" already set`},
		"another kind":     {"apiVersion: v1\nkind: ConfigMap\n", `kind "ConfigMap"`},
		"two documents":    {head + "spec: {site: a}\n---\nspec: {site: b}\n", "line 4: a second document"},
		"broken YAML":      {head + "spec: {\n", "line"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := write(t, c.text)
			_, err := Load(path, none)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAFileThatWasNamedMustExist(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "no.yaml"), none); err == nil {
		t.Error("no error")
	}
}

func TestEverySettingIsAFieldOfItsOwn(t *testing.T) {
	var spec Spec
	seen := map[*string]string{}
	for _, s := range Settings() {
		f := s.Field(&spec)
		if other, dup := seen[f]; dup {
			t.Errorf("--%s and --%s set the same field", s.Flag, other)
		}
		seen[f] = s.Flag
	}
}
