package cluster_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/test/cluster"
)

// TestAServiceAccountHasItsRightsOnly also shows that the audit log tells who
// asked for what, and what of it was kept.
func TestAServiceAccountHasItsRightsOnly(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	core := "/api/v1/namespaces/" + namespace
	rbac := "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace
	call(t, plane, http.MethodPost, core+"/serviceaccounts", `{"metadata":{"name":"agent"}}`)
	call(t, plane, http.MethodPost, rbac+"/roles", `{"metadata":{"name":"agent"},
		"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["create","get"]}]}`)
	call(t, plane, http.MethodPost, rbac+"/rolebindings", `{"metadata":{"name":"agent"},
		"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"agent"},
		"subjects":[{"kind":"ServiceAccount","name":"agent","namespace":"`+namespace+`"}]}`)
	kubeconfig, err := plane.KubeconfigFor(t.Context(), namespace, "agent")
	if err != nil {
		t.Fatal(err)
	}
	mark, err := plane.Mark()
	if err != nil {
		t.Fatal(err)
	}

	agent := bearer{server: plane.URL(), token: field(t, kubeconfig, "token")}
	const object = `{"metadata":{"name":"tariff"}}`
	// The rights become effective a moment after their objects are there.
	eventually(t, "the account may try a ConfigMap", func() bool {
		return agent.send(t, http.MethodPost, core+"/configmaps?dryRun=All", object) == http.StatusCreated
	})
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{http.MethodPost, core + "/configmaps", object, http.StatusCreated},
		{http.MethodGet, core + "/configmaps/tariff", "", http.StatusOK},
		{http.MethodDelete, core + "/configmaps/tariff", "", http.StatusForbidden},
		{http.MethodPost, core + "/secrets", object, http.StatusForbidden},
		{http.MethodGet, "/api/v1/namespaces/default/configmaps/tariff", "", http.StatusForbidden},
	} {
		if got := agent.send(t, c.method, c.path, c.body); got != c.want {
			t.Errorf("%s %s: HTTP %d, want %d", c.method, c.path, got, c.want)
		}
	}
	want := []string{"create configmaps -> 201", "delete configmaps -> 403", "create secrets -> 403"}
	if diff := cmp.Diff(want, writesOf(t, plane, mark, "system:serviceaccount:"+namespace+":agent")); diff != "" {
		t.Errorf("writes in the audit log (-want +got):\n%s", diff)
	}
}

func TestAnAccountThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	plane, namespace := shared.ControlPlane(t), shared.Namespace(t)
	_, err := plane.KubeconfigFor(t.Context(), namespace, "nobody")
	var status *cluster.StatusError
	if !errors.As(err, &status) || status.Code != http.StatusNotFound || !strings.Contains(err.Error(), namespace+"/nobody") {
		t.Errorf("got %v, want a 404 that names the account", err)
	}
}

// writesOf lists what user has asked to change since mark, dry runs left out.
func writesOf(t *testing.T, plane *cluster.ControlPlane, mark cluster.AuditMark, user string) []string {
	t.Helper()
	events, err := plane.AuditSince(t.Context(), mark)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e cluster.AuditEvent) bool { return e.User == user && e.DryRun }) {
		t.Errorf("no dry run of %s in %d events", user, len(events))
	}
	var lines []string
	for _, e := range events {
		// A request that was refused before the rights were effective was a dry run.
		if e.User == user && e.Writes() {
			lines = append(lines, e.Verb+" "+e.Resource+fmt.Sprintf(" -> %d", e.Code))
		}
	}
	return lines
}

// bearer speaks to an API server with a token.
type bearer struct{ server, token string }

func (b bearer) send(t *testing.T, method, path, body string) (code int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, b.server+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+b.token)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// field takes the value of a field out of a kubeconfig.
func field(t *testing.T, kubeconfig, name string) string {
	t.Helper()
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(name + `: "?([^"\n]+)`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s has no %s", kubeconfig, name)
	}
	return string(found[1])
}
