package service

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/sync"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestProbes(t *testing.T) {
	cases := map[string]struct {
		path   string
		status sync.Status
		code   int
		says   string
	}{
		"alive before the first pass":             {"/healthz", sync.Status{}, 200, "ok"},
		"alive while it waits":                    {"/healthz", sync.Status{NextPass: noon.Add(time.Minute)}, 200, "ok"},
		"alive in a pass that takes long":         {"/healthz", sync.Status{NextPass: noon.Add(-50 * time.Minute)}, 200, "ok"},
		"stuck when a pass is late beyond reason": {"/healthz", sync.Status{NextPass: noon.Add(-90 * time.Minute)}, 503, "the loop is 1h30m0s late"},
		"not ready before the first pass ended":   {"/readyz", sync.Status{}, 503, "no pass has ended yet"},
		"ready though the lot is offline":         {"/readyz", sync.Status{LastPass: noon, Standing: sync.StandingHeld, Reason: sync.ReasonOffline}, 200, "held: git is out of reach"},
		"ready though a commit cannot be applied": {"/readyz", sync.Status{LastPass: noon, Standing: sync.StandingFailed, Reason: sync.ReasonFailing}, 200, "failed"},
		"metrics": {"/metrics", sync.Status{}, 200, "lotsync_in_step"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := Probes(&agent{status: c.status}, NewMetrics("nl/ams/0042", "v1").Handler(), func() time.Time { return noon })
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, http.NoBody))
			if w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, c.code, c.says)
			}
		})
	}
}

func TestProbesOnlyAnswerToGet(t *testing.T) {
	w := httptest.NewRecorder()
	Probes(&agent{}, nil, time.Now).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/healthz", http.NoBody))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("%d", w.Code)
	}
}

// serving starts Serve; the function that it returns ends it and waits.
func serving(t *testing.T, l net.Listener, h http.Handler) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, h) }()
	return func() error { cancel(); return <-done }
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestServingEndsWithItsContext(t *testing.T) {
	l := listen(t)
	stop := serving(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String()); err == nil {
		_ = conn.Close()
		t.Error("it still answers")
	}
}

func TestARequestThatDoesNotEndDoesNotKeepTheAgentFromEnding(t *testing.T) {
	l := listen(t)
	within, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	stop := serving(t, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(within)
		<-release // deaf to its context
	}))
	go func() {
		req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+l.Addr().String(), http.NoBody)
		if err != nil {
			return
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-within
	started := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

func TestAListenerThatBreaksIsAnError(t *testing.T) {
	l := listen(t)
	_ = l.Close()
	if err := Serve(t.Context(), l, http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("error %v", err)
	}
}
