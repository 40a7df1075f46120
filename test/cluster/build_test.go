package cluster

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkout makes the smallest checkout that Build takes for ours, moves into a
// folder of it, and gives the build an empty cache of its own.
func checkout(t *testing.T) (sources string) {
	t.Helper()
	compiled, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(compiled)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                              "module github.com/lotsync/lotsync\n",
		"deep/below/file":                     "",
		"test/controlplane/go.mod":            "module m\n\ngo 1.24\n\nrequire (\n\tk8s.io/kubernetes v1.34.4\n)\n\nreplace k8s.io/kubernetes v1.34.4 => ./kubernetes\n",
		"test/controlplane/kubernetes/go.mod": "module k8s.io/kubernetes\n\ngo 1.24\n",
		"test/controlplane/main.go":           "package main\n\nfunc main() {}\n",
	} {
		writes(path, text)(t, root)
	}
	t.Chdir(filepath.Join(root, "deep", "below"))
	return filepath.Join(root, "test", "controlplane")
}

func TestBuild(t *testing.T) {
	sources := checkout(t)
	var told bytes.Buffer
	first, err := Build(t.Context(), &told)
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), first).Run(); err != nil {
		t.Errorf("the binary does not run: %v", err)
	}
	if !strings.Contains(told.String(), "building the control plane") || !strings.Contains(told.String(), first) {
		t.Errorf("told %q, want what is done and what came of it", &told)
	}

	t.Run("what is built already is not built again", func(t *testing.T) {
		told.Reset()
		again, err := Build(t.Context(), &told)
		if err != nil || again != first || told.Len() != 0 {
			t.Errorf("got %s, %v, told %q; want %s and silence", again, err, &told, first)
		}
	})
	t.Run("who comes while another builds waits for it", func(t *testing.T) {
		writes("main.go", "package main\n\nfunc main() { println() }\n")(t, sources)
		other, err := planBuild(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held, err := lock(t.Context(), other.folder+".lock", func() {})
		if err != nil {
			t.Fatal(err)
		}
		waits := waitingWriter{done: make(chan struct{})}
		built := make(chan error, 1)
		go func() {
			_, err := Build(t.Context(), waits)
			built <- err
		}()
		<-waits.done
		if err := os.MkdirAll(other.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		writes(binaryName, "made by the other")(t, other.folder)
		if err := errors.Join(held.Close(), <-built); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(other.binary()); string(text) != "made by the other" {
			t.Errorf("it was built twice: %v", err)
		}
	})
	t.Run("what a killed build left is no hindrance", func(t *testing.T) {
		writes("main.go", "package main\n\nfunc main() { println(1) }\n")(t, sources)
		plan, err := planBuild(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		writes(binaryName, "half of a")(t, plan.folder+".part-1")
		binary, err := Build(t.Context(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := exec.CommandContext(t.Context(), binary).Run(); err != nil {
			t.Errorf("the binary does not run: %v", err)
		}
	})
	t.Run("a source that does not compile is named", func(t *testing.T) {
		writes("main.go", "package main\n\nfunc main() { wrong }\n")(t, sources)
		_, err := Build(t.Context(), io.Discard)
		if err == nil || !strings.Contains(err.Error(), "main.go:3:15: undefined: wrong") {
			t.Errorf("got %v, want the compiler's complaint", err)
		}
	})
}

// waitingWriter tells of the first thing that is written to it.
type waitingWriter struct{ done chan struct{} }

func (w waitingWriter) Write(text []byte) (int, error) {
	close(w.done)
	return len(text), nil
}

func TestBuildAwayFromACheckout(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Build(t.Context(), io.Discard)
	if !errors.Is(err, ErrNoCheckout) || !strings.Contains(err.Error(), "clone the repository") {
		t.Errorf("got %v, want ErrNoCheckout and what to do", err)
	}
}

func TestBuildWithoutGo(t *testing.T) {
	checkout(t)
	t.Setenv("PATH", "")
	_, err := Build(t.Context(), io.Discard)
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "install Go") {
		t.Errorf("got %v, want it to say that Go is missing", err)
	}
}

func TestALockThatIsHeldIsWaitedForNoLongerThanCtx(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held, err := lock(t.Context(), path, func() { t.Error("a free lock was waited for") })
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := lock(ctx, path, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of ctx", err)
	}
}

func TestProgress(t *testing.T) {
	cases := map[string]struct {
		expect int
		said   string
		want   string
	}{
		"nothing is known yet":       {want: "looking for what is to be compiled"},
		"sources are fetched":        {said: "go: downloading a v1\ngo: downloading b v1\n", want: "fetching sources, 2 modules so far"},
		"packages are compiled":      {expect: 10, said: "fmt\nk8s.io/api/core/v1\n", want: "compiled 2 of 10 packages"},
		"a line that has not ended":  {expect: 10, said: "fmt\nk8s.io/api", want: "compiled 1 of 10 packages"},
		"errors are no packages":     {expect: 10, said: "# m\nmain.go:3: undefined: x\n", want: "compiled 0 of 10 packages"},
		"all packages are compiled":  {expect: 2, said: "fmt\nio\n", want: "linking"},
		"modules fetched on the way": {expect: 3, said: "fmt\ngo: downloading b v1\nio\n", want: "compiled 2 of 3 packages"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var p progress
			p.expect(c.expect)
			for i := range len(c.said) {
				if _, err := p.Write([]byte(c.said[i : i+1])); err != nil {
					t.Fatal(err)
				}
			}
			if got := p.String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
