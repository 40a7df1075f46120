package cluster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAudit(t *testing.T) {
	const apply = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete",` +
		`"requestURI":"/apis/apps/v1/namespaces/lot/deployments/gate?dryRun=All\u0026fieldManager=lotsync","verb":"patch",` +
		`"user":{"username":"system:serviceaccount:lot:agent","groups":["system:serviceaccounts"]},"userAgent":"lotsync/1",` +
		`"objectRef":{"resource":"deployments","namespace":"lot","name":"gate","apiGroup":"apps","apiVersion":"v1"},` +
		`"responseStatus":{"metadata":{},"code":200}}` + "\n"
	applied := AuditEvent{
		Verb: "patch", User: "system:serviceaccount:lot:agent", UserAgent: "lotsync/1",
		Group: "apps", Resource: "deployments", Namespace: "lot", Name: "gate", DryRun: true, Code: 200,
		URI: "/apis/apps/v1/namespaces/lot/deployments/gate?dryRun=All&fieldManager=lotsync",
	}
	const scale = `{"stage":"ResponseComplete","requestURI":"/apis/apps/v1/namespaces/lot/deployments/gate/scale","verb":"update",` +
		`"user":{"username":"admin"},"objectRef":{"resource":"deployments","subresource":"scale","name":"gate"},"responseStatus":{"code":409}}` + "\n"
	scaled := AuditEvent{
		Verb: "update", User: "admin", Resource: "deployments", Subresource: "scale", Name: "gate", Code: 409,
		URI: "/apis/apps/v1/namespaces/lot/deployments/gate/scale",
	}
	const path = `{"stage":"ResponseComplete","requestURI":"/readyz","verb":"get","responseStatus":{"code":200}}` + "\n"
	const begun = `{"stage":"ResponseStarted","requestURI":"/api/v1/pods?watch=1","verb":"watch"}` + "\n"

	cases := map[string]struct {
		log     string
		want    []AuditEvent
		wantErr string
	}{
		"an empty log":                         {},
		"a dry run":                            {log: apply, want: []AuditEvent{applied}},
		"a subresource":                        {log: scale, want: []AuditEvent{scaled}},
		"a path that is no resource":           {log: path, want: []AuditEvent{{Verb: "get", Code: 200, URI: "/readyz"}}},
		"a watch that has only begun":          {log: begun},
		"several lines keep their order":       {log: scale + begun + apply, want: []AuditEvent{scaled, applied}},
		"a last line that is not whole yet":    {log: apply + scale[:40], want: []AuditEvent{applied}},
		"a line that is damaged is an error":   {log: apply + "{]\n" + scale, wantErr: "line 2"},
		"a request URI that cannot be one too": {log: `{"stage":"ResponseComplete","requestURI":"%%"}` + "\n", wantErr: "line 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseAudit(strings.NewReader(c.log))
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) {
					t.Fatalf("got %v, want it to contain %q", err, c.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuditEventWrites(t *testing.T) {
	cases := map[string]struct {
		event AuditEvent
		want  bool
	}{
		"a patch":                     {AuditEvent{Verb: "patch", Resource: "deployments"}, true},
		"a create that was refused":   {AuditEvent{Verb: "create", Resource: "secrets", Code: 403}, true},
		"a delete of all":             {AuditEvent{Verb: "deletecollection", Resource: "pods"}, true},
		"a dry run":                   {AuditEvent{Verb: "patch", Resource: "deployments", DryRun: true}, false},
		"a read":                      {AuditEvent{Verb: "get", Resource: "deployments"}, false},
		"a list":                      {AuditEvent{Verb: "list", Resource: "deployments"}, false},
		"a watch":                     {AuditEvent{Verb: "watch", Resource: "deployments"}, false},
		"a question about own rights": {AuditEvent{Verb: "create", Resource: "selfsubjectaccessreviews"}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.event.Writes(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func FuzzParseAudit(f *testing.F) {
	f.Add(`{"stage":"ResponseComplete","requestURI":"/readyz","verb":"get"}` + "\n")
	f.Add("{\n")
	f.Fuzz(func(t *testing.T, log string) {
		events, err := ParseAudit(strings.NewReader(log))
		if lines := strings.Count(log, "\n"); err == nil && len(events) > lines {
			t.Errorf("%d events in %d lines", len(events), lines)
		}
	})
}
