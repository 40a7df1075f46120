package apply

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lotsync/lotsync/sync"
)

// unavailable wraps what went wrong on the way to the API server, or within it.
// A context that was cancelled is no outage and stays as it is.
func unavailable(err error) error {
	switch {
	case err == nil, errors.Is(err, sync.ErrUnavailable), errors.Is(err, context.Canceled):
		return err
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("%w: the API server does not know the agent's credentials: look at the kubeconfig, or at the token of the agent's ServiceAccount: %w", sync.ErrUnavailable, err)
	}
	return fmt.Errorf("%w: %w", sync.ErrUnavailable, err)
}

// refused gives the server's words if err means that the object itself will not
// be taken, however often it is sent.
func refused(err error) (string, bool) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return "", false
	}
	said := status.Status()
	switch {
	case apierrors.HasStatusCause(err, "NamespaceTerminating"):
		return "", false // it passes
	case said.Code == http.StatusForbidden:
		return forbidden(said), true
	case said.Reason == metav1.StatusReasonConflict:
		return "", false // two wrote at once, to a quota say: forced applies conflict in nothing else
	case said.Code == http.StatusUnauthorized, said.Code == http.StatusTooManyRequests, said.Code == http.StatusRequestTimeout:
		return "", false
	case said.Code >= 400 && said.Code < 500:
		return said.Message, true
	default:
		return said.Message, unfit(said)
	}
}

// unfit tells a body that does not fit the kind's schema from a server that is
// ill: for server-side apply both are status 500, and only the words differ.
func unfit(said metav1.Status) bool {
	return said.Code == http.StatusInternalServerError && said.Reason == metav1.StatusReasonUnknown &&
		strings.HasPrefix(said.Message, "failed to create typed patch object")
}

// forbidden says what to do about a right that is missing. Quotas and policies
// forbid as well: their words speak for themselves.
func forbidden(said metav1.Status) string {
	if !strings.Contains(said.Message, " cannot ") {
		return said.Message
	}
	return said.Message + ": give the agent's account this right (lotsync validate --rbac SITE prints the Role that the lot needs), or take the object out of Git"
}

// missingRight names what may not be read. The agent can go on only when a
// person has given it the right.
func missingRight(err error) error {
	words, ok := refused(err)
	if !ok {
		return unavailable(err)
	}
	return errors.New(words)
}
