package apply_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/sync"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	l.apply(l.bundle(tariff, gates, token, web))
	mark := l.mark()
	diffs, err := l.cluster.Diff(t.Context(), l.bundle(dearer, strings.Replace(token, "1234", "5678", 1), web,
		front, strings.Replace(front, "name: front", "name: Wrong_Name", 1)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]sync.Action{}
	for _, d := range diffs {
		got[d.Ref.Name] = d.Action
		text := string(d.Before) + string(d.After)
		for _, secret := range []string{"1234", "5678", "MTIzNA", "NTY3OA", "managedFields", "resourceVersion"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %q:\n%s", d.Ref, secret, text)
			}
		}
		if wrong := d.Ref.Name == "Wrong_Name"; wrong != (d.Refused != "") {
			t.Errorf("%s: refused with %q", d.Ref, d.Refused)
		}
		if d.Ref.Name == "tariff" && (!strings.Contains(string(d.Before), `"3.20"`) || !strings.Contains(string(d.After), `"3.40"`)) {
			t.Errorf("tariff: before and after do not show the change:\n%s", text)
		}
		if d.Ref.Name == "token" && !strings.Contains(string(d.After), "as it will be") {
			t.Errorf("token does not show that its value differs:\n%s", text)
		}
	}
	want := map[string]sync.Action{
		"tariff": sync.Configured, "token": sync.Configured, "front": sync.Created,
		"Wrong_Name": sync.Created, "gates": sync.Deleted,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if writes := l.writes(mark); len(writes) != 0 {
		t.Errorf("Diff wrote: %v", writes)
	}
}

func TestDiffOfWhatIsInStepIsEmpty(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, token, front, web)
	l.apply(b)
	diffs, err := l.cluster.Diff(t.Context(), b)
	if err != nil || len(diffs) != 0 {
		t.Errorf("Diff = %v, %v, want nothing", diffs, err)
	}
}
