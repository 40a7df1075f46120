package process_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/lotsync/lotsync/test/bench/process"
)

func TestPeakIsForgotten(t *testing.T) {
	const size = 64 << 20
	pid := os.Getpid()
	big, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(big); i += 4096 {
		big[i] = 1
	}
	if err := syscall.Munmap(big); err != nil {
		t.Fatal(err)
	}
	before := process.Peak(pid)
	if before < size {
		t.Errorf("the peak is %d, and %d bytes were in use", before, size)
	}
	if err := process.ForgetPeak(pid); err != nil {
		t.Fatal(err)
	}
	if after := process.Peak(pid); after == 0 || after > before-size/2 {
		t.Errorf("the peak is %d after %d was forgotten", after, before)
	}
}

func TestWrittenGrowsWithWhatIsWritten(t *testing.T) {
	before := process.Written(os.Getpid())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if wrote := process.Written(os.Getpid()) - before; wrote != 0 && wrote < 1<<20 {
		t.Errorf("%d bytes, want a megabyte, or nothing on a file system in memory", wrote)
	}
}

func TestAFamilyHasGrandchildren(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "sh -c 'echo $$; read line; :'; :")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 20)
	if _, err := out.Read(line); err != nil {
		t.Fatal(err)
	}
	members := process.Family(os.Getpid())
	if !slices.Contains(members, cmd.Process.Pid) || len(members) < 3 {
		t.Errorf("%v has not %d and its child %s", members, cmd.Process.Pid, strings.TrimSpace(string(line)))
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if got := process.Peak(cmd.Process.Pid); got != 0 {
		t.Errorf("the peak of a process that has ended is %d", got)
	}
}
