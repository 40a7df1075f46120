package git_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKilledWhileWriting kills a lot at random points of fetches that write the
// cache. The cache is then one of those that were written whole, and the next
// fetch works and leaves nothing behind.
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	kills := 200
	if testing.Short() {
		kills = 10
	}
	r := newRepo(t)
	r.commit(sample())
	cfg := config(t, r.path())
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for n := range kills {
		r.commit(map[string]string{"sites/nl/ams/0042/tariff.env": fmt.Sprintf("TARIFF=%d\n", n)})
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Env = append(cmd.Environ(), childConfig+"="+cfg.URL+" "+string(cfg.Site), "TMPDIR="+cfg.CacheDir)
		cmd.Stderr = &said
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(in)
		kill := time.NewTimer(time.Duration(rand.IntN(60)) * time.Millisecond)
		<-kill.C
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if strings.Contains(said.String(), "damaged") {
			t.Fatal(said.String())
		}
	}
	if diff := cmp.Diff(fetchNew(t, config(t, r.path())), fetchNew(t, cfg)); diff != "" {
		t.Error("snapshot (-want +got):", diff)
	}
	if left := files(t, cfg); len(left) != 1 {
		t.Errorf("%d files, want the cache alone", len(left))
	}
}
