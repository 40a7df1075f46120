package git

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lotsync/lotsync/sync/git/wire"
)

// statusError is an answer that is not 200.
type statusError struct {
	code  int
	text  string
	after time.Duration // how long to wait, zero if it does not say
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("HTTP %d %s", e.code, http.StatusText(e.code))
	if e.text != "" {
		text += ": " + e.text
	}
	return text
}

// retryAfter is how long the server wants to be left alone, by its own clock.
func retryAfter(res *http.Response) time.Duration {
	after := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(after)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(until.Sub(now), 0)
}

// refusal is what a server says about an error, if it is meant for people.
func refusal(res *http.Response) string {
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	if err != nil {
		return ""
	}
	return wire.Printable(string(text))
}
