package survey_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/survey"
)

// commitAll makes a repository of a folder, with all of it committed.
func commitAll(t *testing.T, root string) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "--quiet", "--template=", "--initial-branch=main"},
		{"add", "--all"},
		{"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=fleet"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
}

func TestACommitIsWhatItsCheckoutIs(t *testing.T) {
	t.Parallel()
	root, cache := checkoutOf(t, smallFleet(3)), t.TempDir()
	commitAll(t, root)
	want := look(t, root, "", nil)
	write(t, root, "sites/base/gate.yaml", "kind: [") // not committed
	tree, err := survey.OpenCommit(t.Context(), root, "main")
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, tree)
	got := run(t, tree, cache, nil)
	if diff := cmp.Diff(want.Lots, got.Lots); diff != "" {
		t.Error("(-want +got):", diff)
	}
	write(t, root, "sites/base/gate.yaml", smallFleet(0)["sites/base/gate.yaml"])
	if again := look(t, root, cache, nil); again.Stats.Built != 0 {
		t.Errorf("the checkout of a commit that was surveyed builds %d lots", again.Stats.Built)
	}
}

func TestARevisionThatIsNotThereIsExplained(t *testing.T) {
	t.Parallel()
	root := checkoutOf(t, smallFleet(1))
	commitAll(t, root)
	for revision, want := range map[string]string{
		"nowhere": "revision nowhere: unknown here", "--all": "want a commit, a branch or a tag", "": "want a commit, a branch or a tag",
	} {
		if _, err := survey.OpenCommit(t.Context(), root, revision); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", revision, err, want)
		}
	}
	if _, err := survey.OpenCommit(t.Context(), t.TempDir(), "main"); err == nil || !strings.Contains(err.Error(), "no Git repository") {
		t.Errorf("without a repository: %v", err)
	}
}

func TestContentIsTheSharedFormOfAnObject(t *testing.T) {
	t.Parallel()
	o := survey.DefaultOptions()
	tree, err := survey.OpenCheckout(checkoutOf(t, smallFleet(2)), survey.CheckoutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, tree)
	result, err := survey.Run(t.Context(), tree, o)
	if err != nil {
		t.Fatal(err)
	}
	shared := map[string]int{}
	for _, lot := range result.Lots {
		for _, object := range lot.Objects {
			content, err := o.Store.Content(object.Digest)
			if err != nil {
				t.Fatal(err)
			}
			labels, _ := content["metadata"].(map[string]any)["labels"].(map[string]any)
			if labels["lotsync.dev/site"] != "${site:label}" {
				t.Errorf("%s: labels %v", object.Ref, labels)
			}
			shared[string(object.Digest)]++
		}
	}
	if len(shared) != 4 { // gate and tariff of both, and an own one of each
		t.Errorf("%d different objects, want 4", len(shared))
	}
}
