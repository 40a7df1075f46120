package object_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/object"
)

func one(t *testing.T, text string) object.Object {
	t.Helper()
	objects, err := object.Parse([]byte(text))
	if err != nil || len(objects) != 1 {
		t.Fatalf("Parse = %v, %v, want one object", objects, err)
	}
	return objects[0]
}

func TestParseKeepsTheOrderAndSkipsEmptyDocuments(t *testing.T) {
	t.Parallel()
	objects, err := object.Parse([]byte("# a comment\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n---\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: p}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range objects {
		got = append(got, o.Ref.String())
	}
	if diff := cmp.Diff([]string{"ConfigMap b", "Deployment.apps p/a"}, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestSecretsAreFoldedAndTheirValuesHidden(t *testing.T) {
	t.Parallel()
	const text = `{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {left: YQ==, right: YQ==}, stringData: {right: b}}`
	o := one(t, text)
	want := map[string]any{"left": "YQ==", "right": "Yg=="}
	if diff := cmp.Diff(want, o.Body.Object["data"]); diff != "" || o.Body.Object["stringData"] != nil {
		t.Errorf("body = %v, want stringData in data", o.Body.Object)
	}
	if other := one(t, strings.Replace(text, "right: b", "right: c", 1)); other.Hash != o.Hash {
		t.Error("the hash tells values apart")
	}
	if other := one(t, strings.Replace(text, "right: b", "third: c", 1)); other.Hash == o.Hash {
		t.Error("the hash does not tell keys apart")
	}
	if diff := cmp.Diff(want, o.Body.Object["data"]); diff != "" {
		t.Errorf("hashing changed the body:\n%s", diff)
	}
}

func TestHashIgnoresTheOrderOfKeysAndStatus(t *testing.T) {
	t.Parallel()
	a := one(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: "1", y: "2"}}`)
	b := one(t, `{kind: ConfigMap, data: {y: "2", x: "1"}, status: {a: 1}, apiVersion: v1, metadata: {name: a}}`)
	if a.Hash != b.Hash {
		t.Error("equal objects have different hashes")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: 1}}\n---\n"))
	f.Add([]byte("apiVersion: v1\nkind: List\nmetadata: {name: a}\nitems: [1]"))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		objects, err := object.Parse(manifest)
		if err != nil && !errors.Is(err, sync.ErrInvalid) {
			t.Errorf("%v is not ErrInvalid", err)
		}
		for _, o := range objects {
			if o.Ref.Name == "" || o.Ref.Kind == "" || o.Hash == "" {
				t.Errorf("an object without name, kind or hash: %+v", o)
			}
		}
	})
}
