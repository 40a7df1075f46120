package fields_test

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lotsync/lotsync/sync/apply/fields"
)

const body = `{"apiVersion":"v1","kind":"Thing","metadata":{"name":"a","finalizers":["x/y","z/w"],"managedFields":[
 {"manager":"other","operation":"Apply","fieldsV1":{"f:spec":{}}},
 {"manager":"lotsync","operation":"Update","fieldsV1":{"f:spec":{}}},
 {"manager":"lotsync","operation":"Apply","subresource":"status","fieldsV1":{"f:status":{}}},
 {"manager":"lotsync","operation":"Apply","fieldsV1":%FIELDS%}]},
 "spec":{"replicas":2,"atomic":[1,2],"ports":[{"port":80,"protocol":"TCP","nodePort":30123},{"port":81,"protocol":"TCP"}]}}`

func TestOwned(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ fields, want string }{
		"a field":                           {`{"f:spec":{"f:replicas":{}}}`, `{"f:spec":{"f:replicas":2}}`},
		"a field that is gone":              {`{"f:spec":{"f:gone":{}}}`, `{"f:spec":{}}`},
		"an atomic list":                    {`{"f:spec":{"f:atomic":{}}}`, `{"f:spec":{"f:atomic":[1,2]}}`},
		"an existence":                      {`{"f:spec":{".":{}}}`, `{"f:spec":{".":true}}`},
		"an item's fields, by keys":         {`{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}}`, `{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":true,"f:port":80}}}}`},
		"an item that is gone":              {`{"f:spec":{"f:ports":{"k:{\"port\":82,\"protocol\":\"TCP\"}":{}}}}`, `{"f:spec":{"f:ports":{}}}`},
		"a set's item":                      {`{"f:metadata":{"f:finalizers":{"v:\"x/y\"":{},"v:\"gone\"":{}}}}`, `{"f:metadata":{"f:finalizers":{"v:\"x/y\"":"x/y"}}}`},
		"an item by its place says nothing": {`{"f:spec":{"f:atomic":{"i:0":{}}}}`, `{"f:spec":{"f:atomic":{}}}`},
		"a path through what is no object":  {`{"f:spec":{"f:replicas":{"f:x":{}}}}`, `{"f:spec":{"f:replicas":{}}}`},
		"keys and values that are no JSON":  {`{"f:spec":{"f:ports":{"k:{":{},"v:{":{}}}}`, `{"f:spec":{"f:ports":{}}}`},
		"a field set that is damaged":       {`{"f:spec":7}`, `{"f:spec":{"atomic":[1,2],"ports":[{"nodePort":30123,"port":80,"protocol":"TCP"},{"port":81,"protocol":"TCP"}],"replicas":2}}`},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(fields.Owned(read(t, c.fields), "lotsync"))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("owned %s\nwant  %s", got, c.want)
			}
		})
	}
}

func TestAppliedLooksAtTheRightEntry(t *testing.T) {
	t.Parallel()
	u := read(t, `{"f:spec":{}}`)
	if !fields.Applied(u, "lotsync") || !fields.Applied(u, "other") || fields.Applied(u, "nobody") {
		t.Error("want lotsync and other, and nobody else")
	}
}

func read(tb testing.TB, set string) *unstructured.Unstructured {
	tb.Helper()
	u := &unstructured.Unstructured{}
	text := []byte(strings.Replace(body, "%FIELDS%", set, 1))
	if err := u.UnmarshalJSON(text); err != nil {
		tb.Fatal(err)
	}
	return u
}

func FuzzOwned(f *testing.F) {
	f.Add(`{"f:spec":{"f:ports":{"k:{\"port\":80}":{}}}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, set string) {
		if !json.Valid([]byte(set)) {
			return
		}
		first, err := json.Marshal(fields.Owned(read(t, set), "lotsync"))
		if err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(fields.Owned(read(t, set), "lotsync"))
		if err != nil || string(first) != string(second) {
			t.Errorf("%s, then %s (%v)", first, second, err)
		}
	})
}
