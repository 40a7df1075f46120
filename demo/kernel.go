package demo

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf is the CPU time that a running process has used, without its children,
// by the kernel's own clock for it.
func cpuOf(pid int) (time.Duration, error) {
	const schedulerClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &ts); err != nil { //nolint:gosec // a pid fits
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(ts.Nano()), nil
}

// memoryOf reads a process's memory in bytes: its peak (VmHWM), and what it
// holds now (VmRSS).
func memoryOf(pid int) (peak, resident int64, err error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, 0, err
	}
	if peak, err = statusBytes(text, "VmHWM"); err != nil {
		return 0, 0, err
	}
	resident, err = statusBytes(text, "VmRSS")
	return peak, resident, err
}

// statusBytes finds a line such as "VmHWM:    1234 kB".
func statusBytes(text []byte, name string) (int64, error) {
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) == 3 && fields[0] == name+":" && fields[2] == "kB" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("the kernel's status has no %s", name)
}
