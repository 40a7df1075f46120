package git

import (
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// Redactor takes secrets out of what people get to read: every value that it
// was told of, however it is encoded, and the user part of every URL.
type Redactor struct {
	userinfo *regexp.Regexp
	secrets  []string // the longest first, as one may contain another
}

// NewRedactor knows no secret yet.
func NewRedactor() *Redactor {
	return &Redactor{userinfo: regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/\s"]*@`)}
}

// Add makes a value a secret, together with the forms that it takes in URLs
// and headers.
func (r *Redactor) Add(secret string) {
	if secret == "" {
		return
	}
	for _, form := range []string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
	} {
		if !slices.Contains(r.secrets, form) {
			r.secrets = append(r.secrets, form)
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
}

// Redact is text without the secrets.
func (r *Redactor) Redact(text string) string {
	for _, secret := range r.secrets {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return r.userinfo.ReplaceAllString(text, "${1}"+redacted+"@")
}

// Error is err with its message redacted. What it wraps can be asked for with
// errors.Is, and not be had with errors.As, as it may hold the secret.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{message: r.Redact(err.Error()), cause: err}
}

type redactedError struct {
	message string
	cause   error
}

func (e *redactedError) Error() string { return e.message }

// Is keeps the classes of the error.
func (e *redactedError) Is(target error) bool { return errors.Is(e.cause, target) }
