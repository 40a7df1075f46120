package emulated_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryProcessorRendersTheSameBytes renders the sample fleet on this machine
// and on the processors of the lots, emulated: no order, no width of a number and
// no map may reach the bytes of a bundle.
func TestEveryProcessorRendersTheSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for three platforms")
	}
	want := run(t, build(t), "")
	if lots := strings.Count(want, "\n"); lots < 12 {
		t.Fatalf("%d lots:\n%s", lots, want)
	}
	for name, c := range map[string]struct {
		env      []string
		emulator string
	}{
		"arm64": {[]string{"GOARCH=arm64"}, "qemu-aarch64-static"},
		"armv7": {[]string{"GOARCH=arm", "GOARM=7"}, "qemu-arm-static"},
	} {
		t.Run(name, func(t *testing.T) {
			emulator, err := exec.LookPath(c.emulator)
			if err != nil {
				t.Skipf("there is no %s on this machine: install it, such as with apt-get install qemu-user-static", c.emulator)
			}
			if got := run(t, build(t, c.env...), emulator); got != want {
				t.Errorf("%s renders\n%s\nthis machine\n%s", name, got, want)
			}
		})
	}
}

func build(t *testing.T, env ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "digests")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./digests")
	cmd.Env = append(append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func run(t *testing.T, binary, emulator string) string {
	t.Helper()
	command := []string{binary}
	if emulator != "" {
		command = []string{emulator, binary}
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
