// Package process reads what the kernel knows of a running process.
package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// resetPeak is what clear_refs takes for "forget the peak of the memory".
const resetPeak = "5"

// Peak is the most memory that was resident in a process since it began, or
// since ForgetPeak (VmHWM), in bytes; zero if it has ended.
func Peak(pid int) int64 {
	return 1024 * number(fmt.Sprintf("/proc/%d/status", pid), "VmHWM:")
}

// ForgetPeak makes Peak begin again from what is resident now.
func ForgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte(resetPeak), 0)
}

// Written is how many bytes a process, and those that it has waited for, have
// made the file systems write; zero if it has ended.
func Written(pid int) int64 {
	return number(fmt.Sprintf("/proc/%d/io", pid), "write_bytes:")
}

// number is the number behind a word at the beginning of a line.
func number(file, word string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != word {
			continue
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	return 0
}

// Family is a process and those that it, or one of them, has started and that
// still run.
func Family(pid int) []int {
	members := []int{pid}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return members
	}
	children := map[int][]int{}
	for _, entry := range entries {
		if child, err := strconv.Atoi(entry.Name()); err == nil {
			p := parent(child)
			children[p] = append(children[p], child)
		}
	}
	for i := 0; i < len(members); i++ { // it grows on the way
		members = append(members, children[members[i]]...)
	}
	return members
}

// parent is the process that started another; zero if that has ended.
func parent(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name comes first, in brackets, and may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}
