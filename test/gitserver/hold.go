package gitserver

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// hold keeps an address for a server that is stopped: nobody else gets the port,
// and who connects is refused, as nobody listens. It returns nil where that
// cannot be done: the port is taken already, or the address is of another kind.
func hold(addr string) (release func()) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().Is4() {
		return nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	release = func() { _ = unix.Close(fd) }
	// Connections that have just ended still have the port, and so will the server
	// that listens again before this is released.
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()})
	}
	if err != nil {
		release()
		return nil
	}
	return release
}
