package state_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync/state"
)

// holdEnv makes this test binary a process that holds a state directory.
const holdEnv = "LOTSYNC_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdEnv); dir != "" {
		if _, err := state.Open(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestOneProcessAtATimeAndAKillGivesTheLockBack(t *testing.T) {
	dir := t.TempDir()
	holder := exec.CommandContext(t.Context(), os.Args[0])
	holder.Env = append(os.Environ(), holdEnv+"="+dir)
	out, err := holder.StdoutPipe()
	must(t, err)
	in, err := holder.StdinPipe() // open: it holds on
	must(t, err)
	defer func() { _ = in.Close() }()
	must(t, holder.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}

	_, err = state.Open(dir)
	if !errors.Is(err, state.ErrLocked) {
		t.Fatalf("%v, want ErrLocked", err)
	}
	for _, want := range []string{fmt.Sprintf("process %d:", holder.Process.Pid), dir, "stop it"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	must(t, holder.Process.Kill()) // SIGKILL
	_ = holder.Wait()
	mustOpen(t, dir)
}

func TestOneStoreInAProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if _, err := state.Open(dir); !errors.Is(err, state.ErrLocked) {
		t.Errorf("%v, want ErrLocked", err)
	}
	must(t, s.Close())
	mustOpen(t, dir)
}
