package service

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// ForgetStart gives back the memory of the program's own file that starting it
// has touched: the kernel maps it again, a page at a time, where it is still
// needed. What was written to stays.
func ForgetStart() error {
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("forget the start: %w", err)
	}
	defer file.Close()
	spans, err := cleanFileSpans(file)
	if err != nil {
		return fmt.Errorf("forget the start: %w", err)
	}
	for _, s := range spans {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, s.from, s.to-s.from, unix.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("forget the start: madvise: %w", errno)
		}
	}
	return nil
}

// span is a range of addresses.
type span struct{ from, to uintptr }

// cleanFileSpans finds in a process's smaps what is mapped from a file and was
// never written to: its pages can be read from the file again. A page that was
// written, as by relocation, is anonymous, and keeps its whole span out.
func cleanFileSpans(smaps io.Reader) ([]span, error) {
	var spans []span
	var at span
	fromFile := false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 5 && len(fields[1]) == 4: // 00400000-00ebe000 r-xp 00000000 fe:00 4711 /usr/bin/lotsync
			if _, err := fmt.Sscanf(fields[0], "%x-%x", &at.from, &at.to); err != nil {
				return nil, fmt.Errorf("%q: %w", lines.Text(), err)
			}
			perm := fields[1]
			fromFile = perm[1] == '-' && perm[3] == 'p' && len(fields) == 6 && strings.HasPrefix(fields[5], "/")
		case fromFile && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0":
			spans = append(spans, at)
		}
	}
	return spans, lines.Err()
}
