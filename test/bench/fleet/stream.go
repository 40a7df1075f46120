package fleet

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

const (
	// epoch is when the first commit was made, in Unix time; the others follow
	// at intervals.
	epoch    = 1_700_000_000
	interval = 600
)

// stream is what git fast-import reads.
type stream struct {
	*bufio.Writer

	commits int
	writer  *writer
}

// importing feeds git fast-import with what tell writes.
func (f *Fleet) importing(ctx context.Context, tell func(*stream) error) error {
	in, out := io.Pipe()
	s := &stream{Writer: bufio.NewWriterSize(out, 1<<16), commits: f.change}
	w, err := newWriter(s.file)
	if err != nil {
		return err
	}
	s.writer = w
	told := make(chan error, 1)
	go func() {
		err := tell(s)
		if err == nil {
			err = s.Flush()
		}
		told <- err
		out.CloseWithError(err)
	}()
	_, err = f.git(ctx, in, "fast-import", "--quiet", "--force", "--date-format=raw")
	_ = in.CloseWithError(io.ErrClosedPipe) // or a failed git would leave tell waiting
	if toldErr := <-told; err == nil {
		err = toldErr
	}
	return err
}

// first is the commit that brings every file.
func (f *Fleet) first(s *stream) error {
	s.begin("the fleet", "")
	return s.files(f.all)
}

// begin opens a commit. parent is its parent, empty for the commit before it in
// the stream, or none.
func (s *stream) begin(message, parent string) {
	fmt.Fprintf(s, "commit refs/heads/main\ncommitter Fleet <fleet@example.com> %d +0000\n", epoch+interval*s.commits)
	s.commits++
	s.data(message + "\n")
	if parent != "" {
		fmt.Fprintf(s, "from %s\n", parent)
	}
}

// root begins with the files of a tree.
func (s *stream) root(tree string) { fmt.Fprintf(s, "M 040000 %s \n", strings.TrimSpace(tree)) }

func (s *stream) files(write func(*writer)) error {
	write(s.writer)
	return s.writer.err
}

func (s *stream) file(name, content string) {
	fmt.Fprintf(s, "M 100644 inline %s\n", name)
	s.data(content)
}

func (s *stream) data(text string) { fmt.Fprintf(s, "data %d\n%s\n", len(text), text) }

// git runs git in the repository and returns what it prints.
func (f *Fleet) git(ctx context.Context, in io.Reader, args ...string) (string, error) {
	return git(ctx, f.Repo, in, args...)
}

// git runs git as if nobody had configured it.
func git(ctx context.Context, dir string, in io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Stdin = dir, in
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "GIT_") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return string(out), nil
}
