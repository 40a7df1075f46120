package cluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/test/cluster"
	"github.com/lotsync/lotsync/test/cluster/clustertest"
)

// victim in the environment makes this binary a process that starts a control
// plane of the program it names, and waits to be killed.
const victim = "LOTSYNC_TEST_VICTIM"

var shared clustertest.Shared

func TestMain(m *testing.M) {
	if binary := os.Getenv(victim); binary != "" {
		_, err := cluster.Start(context.Background(), cluster.Options{Binary: binary, Dir: filepath.Dir(binary)})
		panic(err)
	}
	os.Exit(shared.Main(m))
}

func TestProgramsDieWithTheProcessThatStartedThem(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho $$ >>" + dir + "/pids\nexec sleep 600\n"
	if err := os.WriteFile(dir+"/program", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), victim+"="+dir+"/program")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []string
	eventually(t, "two programs run", func() bool {
		text, _ := os.ReadFile(dir + "/pids")
		pids = strings.Fields(string(text))
		return len(pids) == 2 && lives(pids[0]) && lives(pids[1])
	})
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	eventually(t, "both programs are dead", func() bool { return !lives(pids[0]) && !lives(pids[1]) })
}

// lives says whether a process runs; one that has ended and that nobody has
// asked about yet has no command line any more.
func lives(pid string) bool {
	text, err := os.ReadFile("/proc/" + pid + "/cmdline")
	return err == nil && len(text) > 0
}
