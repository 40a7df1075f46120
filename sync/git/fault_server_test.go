package git_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
	"github.com/lotsync/lotsync/test/gitserver"
)

// asking wraps a server with something that sees the messages to it.
func asking(see func(w http.ResponseWriter, message string) (answered bool)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if r.Method != http.MethodPost || !see(w, string(body)) {
				next.ServeHTTP(w, r)
			}
		})
	}
}

func say(w http.ResponseWriter, packets string) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
	_, _ = io.WriteString(w, packets)
}

// TestHashesThatAreRefused is a server that hands out the tips of refs only.
func TestHashesThatAreRefused(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	refused := 0
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: asking(func(w http.ResponseWriter, message string) bool {
		if !strings.Contains(message, "want ") || strings.Contains(message, "deepen 1") {
			return false
		}
		refused++
		say(w, "0027ERR upload-pack: not our ref 0123456")
		return true
	})})
	cfg := config(t, server.URL("fleet.git"))
	src := open(t, cfg)
	if got := snapshot(t, src, fetch(t, src)).Files; len(got) != 6 {
		t.Errorf("%d files, want 6", len(got))
	}
	if way := src.Way(); way.Name != git.WayWhole {
		t.Errorf("got %+v", way)
	}
	times := refused
	again := open(t, cfg) // as after a restart
	r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": "TARIFF=4.00\n"})
	if got := string(snapshot(t, again, fetch(t, again)).Files["sites/nl/ams/0042/tariff.env"]); got != "TARIFF=4.00\n" {
		t.Errorf("tariff.env holds %q", got)
	}
	if refused != times {
		t.Error("it was asked for hashes again")
	}
}

// TestServerThatSendsSomethingElse answers each request for objects with the
// same pack.
func TestServerThatSendsSomethingElse(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	var first *httptest.ResponseRecorder
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			req.Body = io.NopCloser(bytes.NewReader(body))
			if !bytes.Contains(body, []byte("command=fetch")) {
				next.ServeHTTP(w, req)
				return
			}
			if first == nil {
				first = httptest.NewRecorder()
				next.ServeHTTP(first, req)
			}
			say(w, first.Body.String())
		})
	}})
	contains(t, offline(t, open(t, config(t, server.URL("fleet.git")))), "what the server sends is not whole", "does not hand out tree ")
}

// TestRetryAfter carries the server's wish to the agent.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for after, want := range map[string]time.Duration{"120": 2 * time.Minute, soon: 90 * time.Second, "soon": 0, "": 0, "-1": 0} {
		cfg := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			http.Error(w, "busy", http.StatusServiceUnavailable)
		})
		_, err := open(t, cfg).Fetch(t.Context())
		var got time.Duration
		if later, ok := errors.AsType[*sync.RetryAfterError](err); ok {
			got = later.After
		}
		if !errors.Is(err, sync.ErrOffline) || (got-want).Abs() > 2*time.Second {
			t.Errorf("Retry-After %q: %s, want %s (%v)", after, got, want, err)
		}
	}
}

// TestTransferThatHardlyMoves is cut, however long it would go on.
func TestTransferThatHardlyMoves(t *testing.T) {
	t.Parallel()
	cfg := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
		tick := time.NewTicker(quick / 10)
		defer tick.Stop()
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "1")
			_ = http.NewResponseController(w).Flush()
			<-tick.C
		}
	})
	cfg.Timeout = quick
	contains(t, offline(t, open(t, cfg)), "the transfer hardly moves", "less than 256 bytes within 300ms")
}

// TestTrafficIsCounted compares with what the server has seen.
func TestTrafficIsCounted(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules})
	src := open(t, config(t, server.URL("fleet.git")))
	fetch(t, src)
	first := src.Traffic()
	fetch(t, src)
	got := src.Traffic()
	up, down := server.Traffic()
	// The server counts what it has sent a moment after it is received.
	wait := time.NewTicker(time.Millisecond)
	defer wait.Stop()
	for range 5000 {
		if down >= got.Poll.Down+got.Fetch.Down {
			break
		}
		<-wait.C
		_, down = server.Traffic()
	}
	if got.Poll.Up+got.Fetch.Up != up || got.Poll.Down+got.Fetch.Down != down {
		t.Errorf("counted %+v, the server has seen %d up and %d down", got, up, down)
	}
	if got.Fetch != first.Fetch || got.Poll.Requests != 2 || got.Poll.Up != 2*first.Poll.Up {
		t.Errorf("after an idle poll %+v, before %+v", got, first)
	}
}

// TestTreesThatNoHonestServerHas are refused, with what is wrong.
func TestTreesThatNoHonestServerHas(t *testing.T) {
	t.Parallel()
	for sentence, c := range map[string]struct{ names, want string }{
		"a name that leads out":   {"..", `an entry of the name ".."`},
		"a name that is Git's":    {".GIT", `an entry of the name ".GIT"`},
		"the same name two times": {"sites", `two entries of the name "sites"`},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.commit(sample())
			tree := r.git("rev-parse", "main:sites")
			root := r.gitIn("040000 tree "+tree+"\t"+"sites\n040000 tree "+tree+"\tzzzzz\n", "mktree")
			raw := strings.Replace(r.raw(root), "zzzzz", c.names, 1)
			bad := r.gitIn(raw, "hash-object", "-t", "tree", "-w", "--stdin", "--literally")
			r.git("update-ref", "refs/heads/main", r.git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit-tree", "-m", "x", bad))
			_, err := open(t, config(t, r.path())).Fetch(t.Context())
			if !errors.Is(err, sync.ErrInvalid) {
				t.Fatalf("got %v, want an ErrInvalid", err)
			}
			contains(t, err.Error(), c.want)
		})
	}
}
