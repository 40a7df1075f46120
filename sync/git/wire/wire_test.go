package wire_test

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync/git/wire"
)

const (
	hash  = "0123456789012345678901234567890123456789"
	other = "abcdef6789012345678901234567890123456789"
)

func TestGreet(t *testing.T) {
	t.Parallel()
	for sentence, c := range map[string]struct {
		said string
		want wire.Capabilities
		err  error
	}{
		"a server with filters":             {"000eversion 2\n0015agent=git/2.39.5\n0019fetch=shallow filter\n0017object-format=sha1\n0000", wire.Capabilities{Version: 2, Filter: true, Shallow: true}, nil},
		"over HTTP, with a preface":         {"001e# service=git-upload-pack\n0000000eversion 2\n0012fetch=shallow\n0000", wire.Capabilities{Version: 2, Shallow: true}, nil},
		"one that can do nothing":           {"000eversion 2\n000cls-refs\n0000", wire.Capabilities{Version: 2}, nil},
		"an older version":                  {"003f" + hash + " refs/heads/main\x00ofs-d\n0000", wire.Capabilities{}, nil},
		"an older version over HTTP":        {"001e# service=git-upload-pack\n0000003f" + hash + " refs/heads/main\x00ofs-d\n0000", wire.Capabilities{}, nil},
		"objects that are named by SHA-256": {"000eversion 2\n0019object-format=sha256\n0000", wire.Capabilities{}, wire.ErrNotSpoken},
		"a page":                            {"<html>", wire.Capabilities{}, wire.ErrNotGit},
		"nothing":                           {"", wire.Capabilities{}, wire.ErrEnded},
		"half":                              {"000eversion 2\n0015agent", wire.Capabilities{}, io.ErrUnexpectedEOF},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got, list, err := wire.Greet(strings.NewReader(c.said))
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("got the error %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("capabilities (-want +got):", diff)
			}
			if err != nil || c.want.Version == 2 {
				return
			}
			if again, err := io.ReadAll(list); err != nil || string(again) != c.said {
				t.Errorf("the list of refs reads %q, want %q (%v)", again, c.said, err)
			}
		})
	}
}

func TestReadRefs(t *testing.T) {
	t.Parallel()
	line := func(text string) string { return string(packet(text)) }
	got, err := wire.ReadRefs(strings.NewReader(line(hash+" refs/heads/main\n") + line(hash+" refs/tags/v1 peeled:"+other+"\n") + "0000"))
	want := []wire.Ref{{Name: "refs/heads/main", ID: plumbing.NewHash(hash)}, {Name: "refs/tags/v1", ID: plumbing.NewHash(other)}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("refs (-want +got): %s (%v)", diff, err)
	}
	for said, want := range map[string]string{
		line("ERR go away\x07\nfor good"): "the server says: go away",
		line("hello"):                     "list of refs: \"hello\": the answer is not Git's",
		"":                                "list of refs: the answer ends early",
		"0003":                            "the answer is not Git's",
		"fff1":                            "the answer is not Git's",
		strings.Repeat(line(hash+" refs/pull/1"), 30_000): "the answer is too long",
	} {
		if _, err := wire.ReadRefs(strings.NewReader(said)); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %v, want %s", said, err, want)
		}
	}
}

func packet(text string) []byte {
	const digits = "0123456789abcdef"
	n := len(text) + 4
	return append([]byte{digits[n>>12&15], digits[n>>8&15], digits[n>>4&15], digits[n&15]}, text...)
}

func TestReadPack(t *testing.T) {
	t.Parallel()
	line := func(texts ...string) (all string) {
		for _, text := range texts {
			all += string(packet(text))
		}
		return all
	}
	for sentence, c := range map[string]struct {
		said, pack string
		err        error
	}{
		"a pack in pieces, with chatter":   {line("packfile\n", "\x02counting", "\x01PA", "\x01", "", "\x01CK") + "0000", "PACK", nil},
		"after what the server knows":      {line("acknowledgments\n", "ACK "+hash+"\n", "ready\n") + "0001" + line("shallow-info\n", "shallow "+hash) + "0001" + line("packfile\n", "\x01PACK") + "0000", "PACK", nil},
		"the server knows nothing":         {line("acknowledgments\n", "NAK\n") + "0000", "", wire.ErrNothingCommon},
		"cut off between packets":          {line("packfile\n", "\x01PA"), "PA", io.ErrUnexpectedEOF},
		"cut off in the middle of one":     {line("packfile\n") + "0009\x01PA", "PA", io.ErrUnexpectedEOF},
		"an answer that ends":              {line("acknowledgments\n"), "", wire.ErrEnded},
		"an answer that never comes to it": {strings.Repeat(line("ACK "+hash+"\n"), 30_000), "", wire.ErrTooMuch},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			in, err := wire.ReadPack(strings.NewReader(c.said))
			var pack []byte
			if err == nil {
				pack, err = io.ReadAll(in)
			}
			if string(pack) != c.pack || !errors.Is(err, c.err) {
				t.Errorf("got %q and %v, want %q and %v", pack, err, c.pack, c.err)
			}
		})
	}
	in, err := wire.ReadPack(strings.NewReader(line("packfile\n", "\x01PA", "\x03out of memory\nbye")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(in); err == nil || err.Error() != "the server says: out of memory" {
		t.Errorf("got %v", err)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	q := wire.Request{Wants: []plumbing.Hash{plumbing.NewHash(hash)}, Have: plumbing.NewHash(other), Tip: true}
	want := "0011command=fetch0001000fno-progress000dofs-delta000cdeepen 10031want " + hash + "000dthin-pack0034shallow " + other + "0031have " + other + "0000"
	if diff := cmp.Diff(want, string(q.Command())); diff != "" {
		t.Error("update (-want +got):", diff)
	}
	q = wire.Request{Wants: []plumbing.Hash{plumbing.NewHash(hash)}, Filter: wire.NoTrees}
	want = "0011command=fetch0001000fno-progress000dofs-delta0011filter tree:00031want " + hash + "0008done0000"
	if diff := cmp.Diff(want, string(q.Command())); diff != "" {
		t.Error("exact want (-want +got):", diff)
	}
}

// answers are what git itself answers.
func answers(tb testing.TB, commands ...[]byte) (all [][]byte) {
	tb.Helper()
	repo := filepath.Join(tb.TempDir(), "r.git")
	if out, err := exec.Command("git", "init", "--quiet", "--bare", "--initial-branch=main", repo).CombinedOutput(); err != nil {
		tb.Fatal(string(out), err)
	}
	in := exec.Command("git", "-C", repo, "fast-import", "--quiet")
	in.Stdin = strings.NewReader("commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\nM 100644 inline a\ndata 5\nhello\n")
	if out, err := in.CombinedOutput(); err != nil {
		tb.Fatal(string(out), err)
	}
	for _, command := range append([][]byte{nil}, commands...) {
		cmd := exec.Command("git", "upload-pack", "--stateless-rpc", repo)
		if command == nil {
			cmd = exec.Command("git", "upload-pack", "--http-backend-info-refs", repo)
		}
		cmd.Env = append(cmd.Environ(), "GIT_PROTOCOL=version=2")
		cmd.Stdin = bytes.NewReader(command)
		out, err := cmd.Output()
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, out)
	}
	return all
}

func FuzzGreet(f *testing.F) {
	f.Add(answers(f)[0])
	f.Fuzz(func(t *testing.T, said []byte) {
		caps, list, err := wire.Greet(bytes.NewReader(said))
		if err != nil || caps.Version == 2 {
			return
		}
		if again, err := io.ReadAll(list); err != nil || !bytes.Equal(again, said) {
			t.Errorf("%d of %d bytes are read again (%v)", len(again), len(said), err)
		}
	})
}

func FuzzReadRefs(f *testing.F) {
	f.Add(answers(f, wire.RefsCommand(true, "refs/heads/main"))[1])
	f.Fuzz(func(t *testing.T, said []byte) {
		refs, err := wire.ReadRefs(bytes.NewReader(said))
		if err == nil && len(refs)*44 > len(said) {
			t.Errorf("%d refs in %d bytes", len(refs), len(said))
		}
	})
}

func FuzzReadPack(f *testing.F) {
	refs, err := wire.ReadRefs(bytes.NewReader(answers(f, wire.RefsCommand(false, "refs/heads/main"))[1]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answers(f, wire.Request{Wants: []plumbing.Hash{refs[0].ID}, Tip: true}.Command())[1])
	f.Fuzz(func(t *testing.T, said []byte) {
		in, err := wire.ReadPack(bytes.NewReader(said))
		if err != nil {
			return
		}
		if n, _ := io.Copy(io.Discard, in); n > int64(len(said)) {
			t.Errorf("%d bytes of pack in %d", n, len(said))
		}
	})
}
