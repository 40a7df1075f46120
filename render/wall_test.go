package render_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/render"
)

// wallArg makes the test binary confine itself as a child does, and then try to
// get out.
const wallArg = "wall"

// climb tries what kustomize could try, and prints each way that is open.
func climb() int {
	if _, err := render.Confine(256 << 20); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for name, try := range map[string]func() error{
		"read a file":  func() error { _, err := os.ReadFile("/etc/hostname"); return err },
		"write a file": func() error { return os.WriteFile(os.DevNull, []byte("x"), 0o600) },
		"open a socket": func() error {
			_, err := new(net.Dialer).DialContext(context.Background(), "tcp", "127.0.0.1:9")
			if err != nil && strings.Contains(err.Error(), "refused") {
				return nil // the socket was there: only nobody listened
			}
			return err
		},
		"start a program": func() error { return exec.CommandContext(context.Background(), "/bin/true").Run() },
	} {
		if try() == nil {
			fmt.Println("open:", name)
		}
	}
	fmt.Println("done")
	return 0
}

func TestAChildCanOpenNothing(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "/proc/self/exe", wallArg).CombinedOutput()
	if err != nil || string(out) != "done\n" {
		t.Errorf("%v: got\n%swant only done", err, out)
	}
}
