package survey

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/lotsync/lotsync/sync"
)

// maxSaid bounds what is kept of what git says on its standard error, in bytes.
const maxSaid = 4 << 10

// repository is the Git repository that a folder lies in.
type repository struct {
	root string
}

// resolve finds the commit that a revision stands for.
func (g repository) resolve(ctx context.Context, revision string) (sync.Commit, error) {
	if revision == "" || strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, "\x00\n") {
		return "", fmt.Errorf("revision %q: want a commit, a branch or a tag", revision)
	}
	out, err := g.run(ctx, maxSaid, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if err == nil {
		hash := strings.TrimSpace(string(out))
		if raw, err := hex.DecodeString(hash); err == nil && len(raw) >= 20 {
			return sync.Commit(hash), nil
		}
		return "", fmt.Errorf("revision %s: git rev-parse says %q", revision, hash)
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		return "", err
	}
	return "", g.unknown(ctx, revision, err)
}

// unknown says why there is no such revision.
func (g repository) unknown(ctx context.Context, revision string, cause error) error {
	shallow, err := g.run(ctx, maxSaid, "rev-parse", "--is-shallow-repository")
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s: no Git repository to read %s from: %w", g.root, revision, err)
	case strings.TrimSpace(string(shallow)) == "true":
		return fmt.Errorf("revision %s: it is not in this clone, which is shallow: fetch more of it (git fetch --unshallow; in CI, a fetch depth of 0)", revision)
	}
	if said := strings.TrimPrefix(cause.Error(), "git rev-parse: exit status 1"); said != "" {
		return fmt.Errorf("revision %s: unknown here: %s: correct it, or fetch it", revision, strings.TrimPrefix(said, ": "))
	}
	return fmt.Errorf("revision %s: unknown here: correct it, or fetch it (git fetch)", revision)
}

// run returns what git prints, at most limit bytes.
func (g repository) run(ctx context.Context, limit int, args ...string) ([]byte, error) {
	cmd := g.command(ctx, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &bounded{to: &out, left: limit, strict: true}, &bounded{to: &said, left: maxSaid}
	err := cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("git %s: %w: install git, which reads commits", args[0], err)
	case said.Len() > 0:
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return nil, fmt.Errorf("git %s: %w", args[0], err)
}

// command is a git in the folder root. It asks nobody, fetches nothing, and
// sees neither another repository's environment, as a hook's, nor replaced
// objects.
func (g repository) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{"--no-replace-objects", "--no-pager", "--literal-pathspecs"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = g.root
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") || strings.HasPrefix(v, "GIT_CONFIG_") || strings.HasPrefix(v, "GIT_CEILING_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C")
	return cmd
}

// bounded passes on so many bytes. Where it is strict, more are an error, else
// they are dropped.
type bounded struct {
	to     io.Writer
	left   int
	strict bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.left && b.strict {
		return 0, errors.New("it says too much")
	}
	n := min(len(p), b.left)
	b.left -= n
	if _, err := b.to.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
