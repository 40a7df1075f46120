package git_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// answering is a server that gives every request the same answer.
func answering(t *testing.T, answer http.HandlerFunc) git.Config {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	cfg := config(t, server.URL+"/fleet.git")
	cfg.TokenFile = write(t, "token", token)
	return cfg
}

func TestAnswersThatAreNotGits(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			http.Error(w, "bad credential "+password, code)
		}
	}
	cases := map[string]struct {
		answer http.HandlerFunc
		want   []string
	}{
		"401 names the credential":      {status(401), []string{"HTTP 401", "the credential in ", "/token has expired"}},
		"403 names the credential":      {status(403), []string{"HTTP 403", "the credential in ", "/token has expired"}},
		"404 doubts URL and credential": {status(404), []string{"HTTP 404", "there is no such repository", "/token"}},
		"407 is the proxy's":            {status(407), []string{"HTTP 407", "git.proxy"}},
		"429 is a load":                 {status(429), []string{"HTTP 429", "asked too often"}},
		"500 passes":                    {status(500), []string{"HTTP 500", "asked again later"}},
		"502 passes":                    {status(502), []string{"HTTP 502", "asked again later"}},
		"a captive portal's page": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Accept our terms</html>") },
			[]string{"text/html", "captive portal"},
		},
		"HTML that says it is Git": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
				fmt.Fprint(w, "<html>Accept our terms</html>")
			},
			[]string{"the answer is not Git's", "captive portal"},
		},
		"a list of refs that ends early": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
				fmt.Fprint(w, "001e# service=git-upload-pack\n0000")
			},
			[]string{"what the server can do: the answer ends early"},
		},
		"a redirect in circles": {
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
			[]string{"redirects in circles"},
		},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			text := offline(t, open(t, answering(t, c.answer)))
			contains(t, text, c.want...)
			if strings.Contains(text, token) {
				t.Error("the token is in the message")
			}
		})
	}
}

func TestServerThatIsDownAndBack(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules})
	src := open(t, config(t, server.URL("fleet.git")))
	rev := fetch(t, src)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	contains(t, offline(t, src), "no connection: check the link")
	snapshot(t, src, rev)
	want := r.commit(map[string]string{"sites/fleet.yaml": "kind: Fleet # newer\n"})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rev := fetch(t, src); string(rev.Commit) != want {
		t.Errorf("commit %s, want %s", rev.Commit, want)
	}
}

func TestRepositoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	text := offline(t, open(t, config(t, r.path()+"x")))
	contains(t, text, "does not appear to be a git repository", "check git.url")
	text = offline(t, open(t, config(t, serve(t, gitserver.Options{Root: r.root, Rules: r.rules}).URL("other.git"))))
	contains(t, text, "HTTP 404", "check git.url")
}

func TestEmptyRepository(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	for _, url := range []string{r.path(), serve(t, gitserver.Options{Root: r.root, Rules: r.rules}).URL("fleet.git")} {
		contains(t, offline(t, open(t, config(t, url))), "the repository is empty")
	}
}
