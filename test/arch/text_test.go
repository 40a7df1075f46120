package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The bounds of the house style, in lines.
const (
	maxFile     = 400
	maxFunction = 80
)

// files lists what is, or will be, in the repository, by path from its root.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	names := run(t, nil, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(root(t), name))
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted, and not committed yet; a link
		}
		data, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = data
	}
	if len(out) < 50 {
		t.Fatalf("git knows %d files: these tests look at a checkout", len(out))
	}
	return out
}

func goFiles(t *testing.T) map[string][]byte {
	t.Helper()
	out := files(t)
	for name, data := range out {
		generated := bytes.Contains(data[:min(len(data), 200)], []byte("DO NOT EDIT"))
		if !strings.HasSuffix(name, ".go") || generated {
			delete(out, name)
		}
	}
	return out
}

func TestNoFileIsTooLong(t *testing.T) {
	for name, data := range goFiles(t) {
		if n := bytes.Count(data, []byte("\n")); n > maxFile {
			t.Errorf("%s: %d lines, at most %d: split it by meaning", name, n, maxFile)
		}
	}
}

func TestNoFunctionIsTooLong(t *testing.T) {
	for name, data := range goFiles(t) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, data, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, at most %d", set.Position(f.Pos()), f.Name.Name, n, maxFunction)
			}
		}
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	for name, data := range goFiles(t) {
		for i, line := range strings.Split(string(data), "\n") {
			if mark := later.FindString(line); mark != "" {
				t.Errorf("%s:%d: %s: do it now, or file an issue", name, i+1, mark)
			}
		}
	}
}

// TestTheProjectSpeaksOfItselfAlone keeps out what only means something on the
// machine of one who works on it.
func TestTheProjectSpeaksOfItselfAlone(t *testing.T) {
	words := []string{"/wo" + "rk/", "/ro" + "ot/", "/home/" + "user", "shared/" + "DESIGN", "shared/" + "STYLE", "proxy.gol" + "ang.org"}
	for name, data := range files(t) {
		for _, word := range words {
			if before, _, found := bytes.Cut(data, []byte(word)); found {
				t.Errorf("%s:%d: %q", name, bytes.Count(before, []byte("\n"))+1, word)
			}
		}
	}
}
