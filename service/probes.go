package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// Agent is what the service needs of the agent.
type Agent interface {
	Status() sync.Status
	Request(ctx context.Context, ask sync.Ask) (sync.Outcome, error)
	// RequestSettled is Request, repeated until the lot does not settle any more.
	RequestSettled(ctx context.Context, ask sync.Ask) (sync.Outcome, error)
}

// graceful bounds how long a request may keep the agent from ending.
const graceful = 2 * time.Second

// overdue is how long the loop may be late for a pass it planned before /healthz
// calls it stuck. It exceeds the longest pass: every step at its limit, and some
// of them twice.
const overdue = time.Hour

// Probes serves /healthz, /readyz and, where metrics is set, /metrics.
func Probes(a Agent, metrics http.Handler, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if late := Late(a.Status(), now()); late > overdue {
			http.Error(w, fmt.Sprintf("the loop is %s late for its next pass", late.Round(time.Second)), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		st := a.Status()
		if st.LastPass.IsZero() {
			http.Error(w, "no pass has ended yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, "%s: %s\n", st.Standing, st.Reason)
	})
	if metrics != nil {
		mux.Handle("GET /metrics", metrics)
	}
	return mux
}

// Late is by how much the loop has missed the pass that it planned.
func Late(st sync.Status, now time.Time) time.Duration {
	if st.NextPass.IsZero() || !now.After(st.NextPass) {
		return 0
	}
	return now.Sub(st.NextPass)
}

// Socket serves GET /status, POST /sync and POST /poll for people on the node.
func Socket(a Agent) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, a.Status())
	})
	mux.HandleFunc("POST /sync", func(w http.ResponseWriter, r *http.Request) {
		ask := sync.Ask{Poll: true, Drift: true, Now: r.URL.Query().Has("now")}
		do := a.Request
		if r.URL.Query().Has("wait") {
			do = a.RequestSettled
		}
		out, err := do(r.Context(), ask)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		reply(w, out)
	})
	mux.HandleFunc("POST /poll", func(w http.ResponseWriter, r *http.Request) {
		out, err := a.Request(r.Context(), sync.Ask{Poll: true})
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		reply(w, out)
	})
	return mux
}

func reply(w http.ResponseWriter, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // if the client is gone, nobody else is concerned
}

// Serve answers on l until ctx ends, then lets open requests finish for a
// moment.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	err := srv.Shutdown(closing)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	return errors.Join(err, ended(<-done))
}

// ended tells the end that was asked for from an error.
func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
