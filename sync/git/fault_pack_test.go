package git_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/test/gitserver"
)

// TestPackThatIsCut ends the connection at many places of an answer. Nothing
// of it may be left, and the next fetch must work.
func TestPackThatIsCut(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	for n := 0; ; n += 61 {
		cut, whole := true, false
		server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: func(next http.Handler) http.Handler {
			cutter := cutting(n, func(*http.Request) { panic(http.ErrAbortHandler) })(next)
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if cut {
					cutter.ServeHTTP(w, req)
					return
				}
				next.ServeHTTP(w, req)
			})
		}})
		cfg := config(t, server.URL("fleet.git"))
		src := open(t, cfg)
		if _, err := src.Fetch(t.Context()); err == nil {
			whole = true
		} else if !errors.Is(err, sync.ErrOffline) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		cut = false
		if files := snapshot(t, src, fetch(t, src)).Files; len(files) != 6 {
			t.Fatalf("cut after %d bytes: %d files, want 6", n, len(files))
		}
		if left := files(t, cfg); len(left) != 1 {
			t.Fatalf("cut after %d bytes: %d files are left behind", n, len(left)-1)
		}
		if whole {
			return
		}
	}
}

func TestPackWithAWrongByte(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit(sample())
	server := serve(t, gitserver.Options{Root: r.root, Rules: r.rules, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, req)
			body := answer.Body.Bytes()
			if at := bytes.Index(body, []byte("PACK")); at >= 0 {
				body[at+20] ^= 1
			}
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			_, _ = w.Write(body)
		})
	}})
	contains(t, offline(t, open(t, config(t, server.URL("fleet.git")))), "the pack is damaged")
}
