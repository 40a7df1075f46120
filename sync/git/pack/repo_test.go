package pack_test

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync/git/pack"
)

// repo is a repository of real Git, with a fleet in it.
type repo struct {
	tb  testing.TB
	dir string
}

// in is the repository, for a test within the one that made it.
func (r repo) in(tb testing.TB) repo {
	tb.Helper()
	r.tb = tb
	return r
}

// newRepo makes a fleet of lots, whose tariffs change with each commit.
func newRepo(tb testing.TB, lots, commits int) repo {
	tb.Helper()
	r := repo{tb: tb, dir: tb.TempDir()}
	r.git("", "init", "--quiet", "--bare", "--initial-branch=main", r.dir)
	var in bytes.Buffer
	var rules string
	for hour := range 168 {
		rules += fmt.Sprintf("HOUR_%03d=%d.%02d\n", hour, hour%5, hour*hour%60)
	}
	for c := range commits {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter Tester <t@example.com> %d +0100\ndata 9\ncommit %02d\n", 1_700_000_000+c, c%100)
		for lot := range lots {
			if c > 0 && lot%commits != c {
				continue
			}
			tariff := fmt.Sprintf("# lot %d\nTARIFF=%d.20\n%s", lot, c+3, rules[:len(rules)-lot%7])
			fmt.Fprintf(&in, "M 100644 inline sites/nl/%04d/tariff.env\ndata %d\n%s\n", lot, len(tariff), tariff)
			fmt.Fprintf(&in, "M 100644 inline sites/nl/%04d/empty\ndata 0\n\n", lot)
		}
	}
	fmt.Fprintf(&in, "tag v1\nfrom refs/heads/main\ntagger Tester <t@example.com> 1700000000 +0100\ndata 2\nv1\n")
	r.git(in.String(), "fast-import", "--quiet")
	return r
}

func (r repo) git(stdin string, args ...string) string {
	r.tb.Helper()
	cmd := exec.CommandContext(r.tb.Context(), "git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	cmd.Stdin = strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		r.tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return out.String()
}

// pack is what Git packs of revs.
func (r repo) pack(revs string, options ...string) []byte {
	r.tb.Helper()
	args := append([]string{"pack-objects", "--quiet", "--stdout", "--revs", "--threads=1", "--no-reuse-delta"}, options...)
	return []byte(r.git(revs, args...))
}

// objects are those that revs reach, by id.
func (r repo) objects(revs ...string) objects {
	r.tb.Helper()
	var ids strings.Builder
	for line := range strings.Lines(r.git("", append([]string{"rev-list", "--objects"}, revs...)...)) {
		ids.WriteString(strings.TrimSpace(line)[:40] + "\n")
	}
	out := r.git(ids.String(), "cat-file", "--batch")
	all := objects{}
	for out != "" {
		head, rest, _ := strings.Cut(out, "\n")
		field := strings.Fields(head)
		kind, err := plumbing.ParseObjectType(field[1])
		if err != nil {
			r.tb.Fatal(err)
		}
		size, err := strconv.Atoi(field[2])
		if err != nil {
			r.tb.Fatal(err)
		}
		all[plumbing.NewHash(field[0])] = pack.Object{Kind: kind, Data: []byte(rest[:size])}
		out = rest[size+1:]
	}
	return all
}

// objects are what was put, or what a caller has.
type objects map[plumbing.Hash]pack.Object

func (o objects) get(id plumbing.Hash) (pack.Object, bool) {
	found, ok := o[id]
	return found, ok
}

// read reads a pack, and holds what is true of any, damaged or not: each id is
// the hash of its object, put once, and the count is right.
func read(tb testing.TB, r io.Reader, base objects, limits pack.Limits) (objects, pack.Result, error) {
	tb.Helper()
	got := objects{}
	res, err := pack.Read(r, base.get, func(id plumbing.Hash, o pack.Object) {
		if _, twice := got[id]; twice {
			tb.Errorf("%s was put twice", id)
		}
		if want := hash(o); id != want {
			tb.Errorf("%s was put as %s", want, id)
		}
		got[id] = o
	}, limits)
	if len(got) != res.Objects {
		tb.Errorf("%d objects were put, and %d counted", len(got), res.Objects)
	}
	return got, res, err
}

// hash is computed by other means than the code that is tested.
func hash(o pack.Object) plumbing.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00%s", o.Kind, len(o.Data), o.Data)
	return plumbing.Hash(h.Sum(nil))
}

// ends says after which byte of a pack each of its objects ends.
func (r repo) ends(data []byte) map[plumbing.Hash]int {
	r.tb.Helper()
	index := filepath.Join(r.tb.TempDir(), "test.idx")
	r.git(string(data), "index-pack", "--stdin", "-o", index, strings.Replace(index, ".idx", ".pack", 1))
	found := map[plumbing.Hash]int{}
	for line := range strings.Lines(r.git("", "verify-pack", "-v", index)) {
		field := strings.Fields(line)
		if len(field) < 5 || len(field[0]) != 40 {
			continue
		}
		size, err := strconv.Atoi(field[3])
		if err != nil {
			r.tb.Fatal(err)
		}
		at, err := strconv.Atoi(field[4])
		if err != nil {
			r.tb.Fatal(err)
		}
		found[plumbing.NewHash(field[0])] = at + size
	}
	return found
}
