package git

import (
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// send sends a request, and sends it once more over a new connection if a kept
// one turns out to be dead: what is asked of Git may be asked twice. Go's client
// does so itself over HTTP/1.1, and over HTTP/2 only if the connection's end has
// been seen before.
func (w *web) send(req *http.Request) (*http.Response, error) {
	var kept, answered atomic.Bool
	traced := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn:              func(conn httptrace.GotConnInfo) { kept.Store(conn.Reused) },
		GotFirstResponseByte: func() { answered.Store(true) },
	}))
	res, err := w.client.Do(traced)
	if err == nil || !kept.Load() || answered.Load() || req.Context().Err() != nil {
		return res, err
	}
	w.Close()
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		body, bodyErr := req.GetBody()
		if bodyErr != nil {
			return nil, err
		}
		again.Body = body
	}
	return w.client.Do(again)
}
