package pull_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/bench/fleet"
	"github.com/lotsync/lotsync/test/bench/pull"
	"github.com/lotsync/lotsync/test/gitserver"
)

// conversation is a pull.Serve and who talks to it.
type conversation struct {
	in    io.WriteCloser
	out   *json.Decoder
	ended chan error
}

func begin(t *testing.T, job pull.Job) *conversation {
	t.Helper()
	inRead, in := io.Pipe()
	out, outWrite := io.Pipe()
	c := &conversation{in: in, out: json.NewDecoder(out), ended: make(chan error, 1)}
	go func() {
		err := pull.Serve(t.Context(), inRead, outWrite)
		_ = inRead.Close()
		outWrite.CloseWithError(io.EOF)
		c.ended <- err
	}()
	if err := json.NewEncoder(in).Encode(job); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *conversation) ask(t *testing.T, what string) pull.Answer {
	t.Helper()
	if _, err := io.WriteString(c.in, what+"\n"); err != nil {
		t.Fatal(err)
	}
	var answer pull.Answer
	if err := c.out.Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestWhatIsPulledIsWhatGitHas looks at the worktrees.
func TestWhatIsPulledIsWhatGitHas(t *testing.T) {
	t.Parallel()
	for _, tool := range []pull.Tool{pull.Lotsync, pull.Shallow, pull.Sparse} {
		t.Run(string(tool), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			f, err := fleet.Generate(t.Context(), filepath.Join(root, "fleet.git"), fleet.Options{Lots: 12, Commits: 5, Seed: 2})
			if err != nil {
				t.Fatal(err)
			}
			server, err := gitserver.New(t.Context(), gitserver.Options{Root: root, Rules: gitserver.Rules{Filter: true, Strict: true}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := server.Stop(); err != nil {
					t.Error(err)
				}
			})
			site := f.Sites()[0]
			job := pull.Job{Tool: tool, URL: server.URL("fleet.git"), Site: string(site), Region: f.Region(site), Dir: t.TempDir()}
			c := begin(t, job)
			for range 3 {
				answer := c.ask(t, pull.Pull)
				if answer.Error != "" || answer.Seconds <= 0 {
					t.Fatalf("%+v", answer)
				}
				if tool != pull.Lotsync {
					compare(t, f, job)
				}
				if _, err := f.CommitToLot(t.Context(), site); err != nil {
					t.Fatal(err)
				}
			}
			if err := server.Stop(); err != nil {
				t.Fatal(err)
			}
			if answer := c.ask(t, pull.Pull); answer.Error == "" {
				t.Error("a pull from a server that is gone succeeded")
			}
			if err := c.in.Close(); err != nil {
				t.Error(err)
			}
			if err := <-c.ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func compare(t *testing.T, f *fleet.Fleet, job pull.Job) {
	t.Helper()
	file := "sites/" + job.Site + "/site.yaml"
	want, err := exec.CommandContext(t.Context(), "git", "-C", f.Repo, "show", "main:"+file).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(job.Dir, "fleet", filepath.FromSlash(file)))
	if err != nil || string(got) != string(want) {
		t.Errorf("err %v, %s is\n%s\nwant\n%s", err, file, got, want)
	}
}

func TestAJobThatCannotBeDoneIsRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"no job":                                "",
		"no JSON":                               "hello\n",
		"an unknown tool":                       `{"tool": "svn"}` + "\n",
		"go-git, which is a program of its own": `{"tool": "go-git"}` + "\n",
	}
	for sentence, in := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			if err := pull.Serve(t.Context(), strings.NewReader(in), io.Discard); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
