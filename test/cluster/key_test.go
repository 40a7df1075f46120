package cluster

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
)

func TestCacheKey(t *testing.T) {
	const toolchain = "go1.26 linux/amd64"
	cases := map[string]struct {
		change    func(t *testing.T, dir string)
		toolchain string
		same      bool
	}{
		"nothing changes":               {change: func(*testing.T, string) {}, same: true},
		"a source changes":              {change: writes("hollow/pods.go", "package hollow // new")},
		"a source is added":             {change: writes("kubelet.go", "package main")},
		"a source is renamed":           {change: renames("main.go", "other.go")},
		"the requirements change":       {change: writes("go.mod", "module m\n\nrequire a v2")},
		"the checksums change":          {change: writes("go.sum", "h1:other")},
		"Go changes":                    {change: func(*testing.T, string) {}, toolchain: "go1.27 linux/amd64"},
		"a test changes":                {change: writes("hollow/pods_test.go", "package hollow"), same: true},
		"the README changes":            {change: writes("README.md", "# new"), same: true},
		"a source is touched unchanged": {change: writes("main.go", "package main"), same: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for path, text := range map[string]string{
				"go.mod": "module m", "go.sum": "h1:", "main.go": "package main", "hollow/pods.go": "package hollow",
			} {
				writes(path, text)(t, dir)
			}
			before := key(t, dir, toolchain)
			c.change(t, dir)
			after := key(t, dir, cmp.Or(c.toolchain, toolchain))
			if (before == after) != c.same {
				t.Errorf("key %s became %s; want the same: %v", before, after, c.same)
			}
		})
	}
}

func key(t *testing.T, dir, toolchain string) string {
	t.Helper()
	k, err := cacheKey(dir, toolchain)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func writes(path, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		path := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func renames(from, to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
}
