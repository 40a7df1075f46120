package service

import (
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// systemd is the other end of NOTIFY_SOCKET.
func systemd(t *testing.T) *net.UnixConn {
	t.Helper()
	path := socketPath(t)
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return conn
}

// heard is the next message, or empty if none comes in time.
func heard(t *testing.T, conn *net.UnixConn, within time.Duration) string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	n, err := conn.Read(buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

func TestSystemdHearsOfTheStartAndTheEnd(t *testing.T) {
	conn := systemd(t)
	for want, say := range map[string]func() error{"READY=1": Ready, "STOPPING=1": Stopping} {
		if err := say(); err != nil {
			t.Fatal(err)
		}
		if got := heard(t, conn, 10*time.Second); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
}

func TestWithoutSystemdNothingIsSaid(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	for _, say := range []func() error{Ready, Stopping, func() error { return Watchdog(t.Context(), func() bool { return true }) }} {
		if err := say(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheWatchdogIsFedAsLongAsTheLoopIsAlive(t *testing.T) {
	conn := systemd(t)
	t.Setenv("WATCHDOG_USEC", strconv.Itoa(int((90 * time.Millisecond).Microseconds())))
	t.Setenv("WATCHDOG_PID", "")
	var alive atomic.Bool
	alive.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Watchdog(ctx, alive.Load) }()
	for range 2 {
		if got := heard(t, conn, 10*time.Second); got != "WATCHDOG=1" {
			t.Fatalf("heard %q", got)
		}
	}
	alive.Store(false)
	// What was said before that, and at that moment, may still be on the way.
	silent := false
	for range 5 {
		silent = silent || heard(t, conn, 300*time.Millisecond) == ""
	}
	if !silent {
		t.Error("a loop that is stuck is still said to be alive")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
