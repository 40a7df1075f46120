package state

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrLocked means that another process holds the state directory.
var ErrLocked = errors.New("in use")

// lock takes the state directory for this process. The kernel gives it back when
// the process ends, however it ends. Nothing is written to the file.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Clean(filepath.Join(dir, "lock")), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, advise(err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w by %s: only one agent may work on %s; stop it first (systemctl stop lotsync)", ErrLocked, holder(f), dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// holder says who has the lock, as far as the kernel tells.
func holder(f *os.File) string {
	const unknown = "another process"
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return unknown
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	locks, err := os.Open("/proc/locks")
	if err != nil {
		return unknown
	}
	defer func() { _ = locks.Close() }()
	for lines := bufio.NewScanner(locks); lines.Scan(); {
		// 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
		if l := strings.Fields(lines.Text()); len(l) > 5 && l[1] == "FLOCK" && l[5] == file {
			return "process " + l[4]
		}
	}
	return unknown
}
