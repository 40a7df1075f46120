package gitserver_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/lotsync/lotsync/test/gitserver"
)

// TestTheAddressOfAStoppedServerStaysItsOwn: who connects is refused, and does
// not reach somebody else who was given the port meanwhile.
func TestTheAddressOfAStoppedServerStaysItsOwn(t *testing.T) {
	t.Parallel()
	server, err := gitserver.Serve(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dial := func() error {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Addr())
		if err != nil {
			return err
		}
		return conn.Close()
	}
	for range 3 {
		if err := dial(); err != nil {
			t.Fatalf("a server that runs: %v", err)
		}
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		if err := dial(); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a server that is stopped: %v, want a refusal", err)
		}
		if err := server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}
