package apply

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lotsync/lotsync/sync"
)

func TestRefusalsAreToldFromOutages(t *testing.T) {
	t.Parallel()
	things := schema.GroupResource{Resource: "things"}
	status := func(code int32, reason metav1.StatusReason, message string) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reason, Message: message}}
	}
	terminating := status(403, metav1.StatusReasonForbidden, "it is being terminated")
	if ending, ok := errors.AsType[*apierrors.StatusError](terminating); ok {
		ending.ErrStatus.Details = &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "NamespaceTerminating"}}}
	}
	for what, c := range map[string]struct {
		err     error
		refusal string // in the words; empty: an outage
	}{
		"an invalid object":         {status(422, metav1.StatusReasonInvalid, "spec.replicas"), "spec.replicas"},
		"a body that does not fit":  {status(500, "", "failed to create typed patch object (a; v1, Kind=B): .spec.c: field not declared in schema"), ".spec.c"},
		"a missing namespace":       {apierrors.NewNotFound(things, "a"), "not found"},
		"a missing right":           {status(403, metav1.StatusReasonForbidden, `User "a" cannot patch resource "b"`), "validate --rbac"},
		"a quota":                   {status(403, metav1.StatusReasonForbidden, "exceeded quota"), "exceeded quota"},
		"a name that is taken":      {apierrors.NewAlreadyExists(things, "a"), "already exists"},
		"a namespace that is going": {terminating, ""},
		"unknown credentials":       {apierrors.NewUnauthorized("who?"), ""},
		"too many requests":         {apierrors.NewTooManyRequests("slow down", 1), ""},
		"a server that is ill":      {apierrors.NewInternalError(errors.New("etcd")), ""},
		"a server that is starting": {apierrors.NewServiceUnavailable("starting"), ""},
		"a gateway in the way":      {status(502, "", "bad gateway"), ""},
		"a server that is late":     {apierrors.NewTimeoutError("late", 1), ""},
		"two that write at once":    {apierrors.NewConflict(things, "a", errors.New("the object has been modified")), ""},
		"a connection that broke":   {io.ErrUnexpectedEOF, ""},
		"a deadline":                {context.DeadlineExceeded, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			words, refusal := refused(c.err)
			if refusal != (c.refusal != "") || !strings.Contains(words, c.refusal) {
				t.Errorf("refused = %q, %v, want %q", words, refusal, c.refusal)
			}
			if !errors.Is(unavailable(c.err), sync.ErrUnavailable) {
				t.Errorf("unavailable = %v, want ErrUnavailable", unavailable(c.err))
			}
		})
	}
}
