package object

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// IsSecret reports whether u is a core Secret.
func IsSecret(u *unstructured.Unstructured) bool {
	return u.GetKind() == KindSecret && u.GroupVersionKind().Group == ""
}

// Redacted is u itself, or for a Secret a copy without its values: what is
// stored or shown elsewhere must not help anybody to guess them.
func Redacted(u *unstructured.Unstructured) *unstructured.Unstructured {
	if !IsSecret(u) {
		return u
	}
	data, ok := u.Object["data"].(map[string]any)
	if !ok {
		return u
	}
	hidden := make(map[string]any, len(data))
	for key := range data {
		hidden[key] = ""
	}
	out := &unstructured.Unstructured{Object: maps.Clone(u.Object)}
	out.Object["data"] = hidden
	return out
}

// SecretHolds reports whether live has every value of the Secret want. It is
// true for every other kind.
func SecretHolds(want, live *unstructured.Unstructured) bool {
	if !IsSecret(want) {
		return true
	}
	wanted, _ := want.Object["data"].(map[string]any)
	has, _ := live.Object["data"].(map[string]any)
	for key, value := range wanted {
		if !reflect.DeepEqual(has[key], value) {
			return false
		}
	}
	return true
}

// Hash is a short digest of a JSON value: equal values have equal hashes.
func Hash(value any) string {
	data, err := json.Marshal(value)
	if err != nil { // not JSON: then it is compared by its printed form
		data = fmt.Append(nil, value)
	}
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}

func foldStringData(u *unstructured.Unstructured) {
	if !IsSecret(u) {
		return
	}
	plain, ok := u.Object["stringData"].(map[string]any)
	if !ok {
		return
	}
	data, _ := u.Object["data"].(map[string]any)
	if data == nil {
		data = make(map[string]any, len(plain))
	}
	for key, value := range plain {
		text, isText := value.(string)
		if !isText { // the server refuses it with its own words
			return
		}
		data[key] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	u.Object["data"] = data
	delete(u.Object, "stringData")
}
