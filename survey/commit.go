package survey

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strconv"
	"strings"
	stdsync "sync"

	"github.com/lotsync/lotsync/sync"
)

// What a commit may come to.
const (
	maxEntries = 2_000_000
	maxListing = 512 << 20 // bytes of git ls-tree
)

// OpenCommit opens a commit of the repository that the folder root lies in, as
// it would be checked out there. It reads the repository with the git command,
// and writes nothing. ctx ends the reading.
func OpenCommit(ctx context.Context, root, revision string) (*Tree, error) {
	g := repository{root}
	commit, err := g.resolve(ctx, revision)
	if err != nil {
		return nil, err
	}
	folders, err := g.tree(ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", revision, err)
	}
	c := &committed{folders: folders, sizes: map[string]int64{}}
	if err := c.start(g.command(ctx, "cat-file", "--batch")); err != nil {
		return nil, fmt.Errorf("read %s: %w", revision, err)
	}
	return newTree(c, c.close, revision+" ("+commit.Short()+")"), nil
}

// tree lists all of a commit, by folder.
func (g repository) tree(ctx context.Context, commit sync.Commit) (map[string]map[string]*entry, error) {
	out, err := g.run(ctx, maxListing, "ls-tree", "-r", "-z", string(commit))
	if err != nil {
		return nil, err
	}
	folders := map[string]map[string]*entry{".": {}}
	text, n := string(out), 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\x00"), "\x00") {
		if line == "" {
			continue
		}
		if n++; n > maxEntries {
			return nil, fmt.Errorf("more than %d files", maxEntries)
		}
		name, e, err := parseEntry(line)
		if err != nil {
			return nil, err
		}
		parentOf(folders, name)[path.Base(name)] = e
	}
	return folders, nil
}

// parseEntry reads "<mode> <type> <hash>\t<path>".
func parseEntry(line string) (name string, e *entry, err error) {
	head, name, ok := strings.Cut(line, "\t")
	fields := strings.Fields(head)
	if !ok || len(fields) != 3 {
		return "", nil, fmt.Errorf("git ls-tree says %q", line)
	}
	hash, err := hex.DecodeString(fields[2])
	if err != nil {
		return "", nil, fmt.Errorf("git ls-tree says %q: %w", line, err)
	}
	e = &entry{kind: submodule, hash: string(hash)}
	switch {
	case fields[0] == "120000":
		e.kind = symlink
	case fields[1] == "blob":
		e.kind = file
	}
	return name, e, nil
}

// parentOf is the folder that a path lies in, made with those above it.
func parentOf(folders map[string]map[string]*entry, name string) map[string]*entry {
	dir := path.Dir(name)
	if in, ok := folders[dir]; ok {
		return in
	}
	in := map[string]*entry{}
	folders[dir] = in
	parentOf(folders, dir)[path.Base(dir)] = &entry{kind: folder}
	return in
}

// committed is a commit's tree, and a git that hands out content.
type committed struct {
	folders map[string]map[string]*entry

	mu    stdsync.Mutex
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  *bytes.Buffer
	sizes map[string]int64 // of blobs, where they have been asked for
}

func (c *committed) start(cmd *exec.Cmd) error {
	c.said = &bytes.Buffer{}
	cmd.Stderr = &bounded{to: c.said, left: maxSaid}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return errors.Join(err, in.Close())
	}
	if err := cmd.Start(); err != nil {
		return errors.Join(err, in.Close(), out.Close())
	}
	c.cmd, c.in, c.out = cmd, in, bufio.NewReaderSize(out, 64<<10)
	return nil
}

func (c *committed) list(name string) (map[string]*entry, error) { return c.folders[name], nil }

func (*committed) blob(_ string, e *entry) (string, error) { return e.hash, nil }

// size reads the content: who asks for the one needs the other.
func (c *committed) size(e *entry) (int64, error) {
	c.mu.Lock()
	size, known := c.sizes[e.hash]
	c.mu.Unlock()
	if known {
		return size, nil
	}
	if _, err := c.fetch(e.hash); err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sizes[e.hash], nil
}

func (c *committed) read(_ string, e *entry) (data []byte, blob string, err error) {
	data, err = c.fetch(e.hash)
	if err == nil && data == nil {
		err = fmt.Errorf("more than %d bytes", maxBlob)
	}
	return data, e.hash, err
}

// fetch asks git for a blob, and notes its size. The content of one that is too
// large is passed over: it is nil.
func (c *committed) fetch(blob string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == nil {
		return nil, errors.New("the commit is closed")
	}
	data, err := c.ask(hex.EncodeToString([]byte(blob)))
	if err != nil {
		return nil, c.death(err)
	}
	return data, nil
}

func (c *committed) ask(name string) ([]byte, error) {
	if _, err := io.WriteString(c.in, name+"\n"); err != nil {
		return nil, err
	}
	head, err := c.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(head) // <hash> <type> <size>
	if len(fields) != 3 || fields[0] != name {
		return nil, fmt.Errorf("git has no content for %s (%s): fetch it, the clone is not whole", name, strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return nil, fmt.Errorf("git cat-file says %q", head)
	}
	raw, _ := hex.DecodeString(name)
	c.sizes[string(raw)] = size
	if size > maxBlob {
		_, err = io.CopyN(io.Discard, c.out, size+1)
		return nil, err
	}
	data := make([]byte, size+1) // and a line break
	if _, err := io.ReadFull(c.out, data); err != nil {
		return nil, err
	}
	return data[:size:size], nil
}

// death is an error of the pipe with what git has said.
func (c *committed) death(err error) error {
	if said := strings.TrimSpace(c.said.String()); said != "" {
		return fmt.Errorf("git cat-file: %w: %s", err, said)
	}
	return fmt.Errorf("git cat-file: %w", err)
}

func (c *committed) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == nil {
		return nil
	}
	c.out = nil
	_ = c.in.Close() // git ends with its input
	if err := c.cmd.Wait(); err != nil {
		return c.death(err)
	}
	return nil
}
