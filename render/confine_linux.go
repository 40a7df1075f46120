package render

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// oomScore is the kernel's highest: short of memory, it ends the renderer
// first.
const oomScore = "1000"

// dieWithParent ends the child when the agent is gone.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// confine limits this process for the rest of its life: memory bytes of data,
// no more open files (and so no sockets, and no programs, which need pipes), no
// bytes into files, no core dump. RLIMIT_AS is left alone, as Go reserves
// address space that it never uses. It returns the process's own status, opened
// while that was possible.
func confine(memory int) (*os.File, error) {
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(oomScore), 0); err != nil {
		return nil, err
	}
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return nil, err
	}
	for _, limit := range []struct {
		name     string
		resource int
		value    uint64
	}{
		{"data", unix.RLIMIT_DATA, uint64(memory)}, //nolint:gosec // from Limits, not negative
		{"file size", unix.RLIMIT_FSIZE, 0},
		{"core", unix.RLIMIT_CORE, 0},
		{"open files", unix.RLIMIT_NOFILE, 0},
	} {
		if raceEnabled && limit.resource == unix.RLIMIT_DATA {
			continue // the detector's own memory would be counted
		}
		if err := unix.Setrlimit(limit.resource, &unix.Rlimit{Cur: limit.value, Max: limit.value}); err != nil {
			return nil, fmt.Errorf("%s: %w", limit.name, err)
		}
	}
	return status, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// peak is VmHWM from a process's status: its largest resident memory so far, in
// bytes, zero if it is not to be had.
func peak(status *os.File) int64 {
	data := make([]byte, 8<<10)
	n, err := status.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	for lines := bufio.NewScanner(bytes.NewReader(data[:n])); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kilobytes << 10
		}
	}
	return 0
}
