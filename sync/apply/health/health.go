// Package health says of a live object whether a rollout may go on: by kstatus,
// with rules of our own where that errs for a lot that must come to rest.
package health

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"github.com/lotsync/lotsync/sync"
)

// Verdict is an object's health and what there is to say about it.
type Verdict struct {
	Health  sync.Health
	Message string
}

// Of judges a live object by itself.
func Of(u *unstructured.Unstructured) Verdict {
	if u.GetDeletionTimestamp() != nil {
		return Verdict{sync.Progressing, "it is being deleted"}
	}
	if v, own := ownRule(u); own {
		return v
	}
	result, err := status.Compute(u)
	if err != nil {
		return Verdict{sync.Progressing, fmt.Sprintf("its status cannot be read: %v", err)}
	}
	switch result.Status {
	case status.CurrentStatus:
		return Verdict{Health: sync.Healthy}
	case status.FailedStatus:
		return Verdict{sync.Unhealthy, result.Message}
	case status.NotFoundStatus:
		return Verdict{Health: sync.Missing}
	case status.InProgressStatus, status.TerminatingStatus, status.UnknownStatus:
	}
	return Verdict{sync.Progressing, result.Message}
}

// ownRule judges the kinds that kstatus calls done too early, too late, or
// never.
func ownRule(u *unstructured.Unstructured) (Verdict, bool) {
	switch u.GroupVersionKind().GroupKind() {
	case schema.GroupKind{Group: "batch", Kind: "Job"}:
		return job(u), true
	case schema.GroupKind{Group: "batch", Kind: "CronJob"}:
		return Verdict{Health: sync.Healthy}, true
	case schema.GroupKind{Group: "apps", Kind: "Deployment"}:
		if paused, _, _ := unstructured.NestedBool(u.Object, "spec", "paused"); paused {
			return Verdict{sync.Healthy, "it is paused"}, true
		}
	case schema.GroupKind{Kind: "Pod"}:
		if phase(u) == "Failed" {
			return Verdict{sync.Unhealthy, "the pod failed"}, true
		}
	case schema.GroupKind{Group: "apiregistration.k8s.io", Kind: "APIService"}:
		return byCondition(u, "Available"), true
	}
	return Verdict{}, false
}

// job: one that runs is not done, whatever kstatus says.
func job(u *unstructured.Unstructured) Verdict {
	if state, _ := Condition(u, "Complete"); state == "True" {
		return Verdict{Health: sync.Healthy}
	}
	if state, message := Condition(u, "Failed"); state == "True" {
		return Verdict{sync.Unhealthy, "the job failed: " + message}
	}
	if suspended, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend"); suspended {
		return Verdict{sync.Healthy, "it is suspended"}
	}
	return Verdict{sync.Progressing, "the job has not ended"}
}

func byCondition(u *unstructured.Unstructured, name string) Verdict {
	state, message := Condition(u, name)
	if state == "True" {
		return Verdict{Health: sync.Healthy}
	}
	return Verdict{sync.Progressing, message}
}

func phase(u *unstructured.Unstructured) string {
	s, _, _ := unstructured.NestedString(u.Object, "status", "phase")
	return s
}

// Condition gives status and message of one of an object's conditions, "" if it
// has none of that name.
func Condition(u *unstructured.Unstructured, name string) (state, message string) {
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		entry, _ := c.(map[string]any)
		if entry["type"] == name {
			state, _ = entry["status"].(string)
			message, _ = entry["message"].(string)
			return state, message
		}
	}
	return "", ""
}
