package proxy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/test/bench/proxy"
)

// echo answers each line with itself, as often as the line is long.
func echo(t *testing.T) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn)
		}
	}()
	return listener.Addr().String()
}

func answer(conn net.Conn) {
	defer conn.Close()
	line := make([]byte, 0, 100)
	one := make([]byte, 1)
	for {
		if _, err := conn.Read(one); err != nil {
			return
		}
		if line = append(line, one[0]); one[0] == '\n' {
			if _, err := conn.Write(bytes.Repeat(line, len(line))); err != nil {
				return
			}
			line = line[:0]
		}
	}
}

func start(t *testing.T, options proxy.Options) *proxy.Proxy {
	t.Helper()
	options.Target = echo(t)
	p, err := proxy.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func dial(t *testing.T, p *proxy.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ask sends a line and returns as much of the answer as comes within the limit.
func ask(t *testing.T, conn net.Conn, line string, limit time.Duration) (string, error) {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, line); err != nil {
		return "", err
	}
	got := make([]byte, len(line)*len(line))
	n, err := io.ReadFull(conn, got)
	return string(got[:n]), err
}

const enough = 10 * time.Second

func TestBytesAndTripsAreCounted(t *testing.T) {
	t.Parallel()
	p := start(t, proxy.Options{})
	one, two := dial(t, p), dial(t, p)
	for _, conn := range []net.Conn{one, one, two} {
		if _, err := ask(t, conn, "12345\n", enough); err != nil {
			t.Fatal(err)
		}
	}
	want := proxy.Counts{Up: 18, Down: 108, Trips: 3, Connections: 2}
	if diff := cmp.Diff(want, p.Reset()); diff != "" {
		t.Error("(-want +got):", diff)
	}
	if diff := cmp.Diff(proxy.Counts{}, p.Counts()); diff != "" {
		t.Error("after a reset (-want +got):", diff)
	}
	if got := want.Total(); got != 126 {
		t.Errorf("the total is %d", got)
	}
}

func TestACutComesAfterExactlyItsByte(t *testing.T) {
	t.Parallel()
	const line = "12345\n"
	for n := range int64(len(line)*len(line) + 1) {
		p := start(t, proxy.Options{})
		p.Break(proxy.Fault{Way: proxy.Down, After: n})
		got, err := ask(t, dial(t, p), line, enough)
		if int64(len(got)) != n || n < 36 && err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("cut after %d bytes down: %d came, %v", n, len(got), err)
		}
		if got := p.Counts(); got.Down != n {
			t.Errorf("cut after %d bytes down: counted %d", n, got.Down)
		}
		if _, err := ask(t, dial(t, p), line, enough); err != nil {
			t.Errorf("the connection after the cut: %v", err)
		}
	}
	for n := range int64(len(line)) {
		p := start(t, proxy.Options{})
		p.Break(proxy.Fault{Way: proxy.Up, After: n})
		if got, err := ask(t, dial(t, p), line, enough); got != "" || !ended(err) {
			t.Errorf("cut after %d bytes up: %q came, %v", n, got, err)
		}
		if got := p.Counts(); got.Up != n {
			t.Errorf("cut after %d bytes up: counted %d", n, got.Up)
		}
	}
}

// ended: the connection is at its end, which is not the same as silence.
func ended(err error) bool { return err != nil && !errors.Is(err, os.ErrDeadlineExceeded) }

func TestALinkCanDieAgainAndAgain(t *testing.T) {
	t.Parallel()
	p := start(t, proxy.Options{})
	p.Break(proxy.Fault{Way: proxy.Down, After: 10, Every: true})
	for range 5 {
		if got, err := ask(t, dial(t, p), "12345\n", enough); len(got) != 10 || !ended(err) {
			t.Errorf("%d bytes came, %v", len(got), err)
		}
	}
	p.Heal()
	if _, err := ask(t, dial(t, p), "12345\n", enough); err != nil {
		t.Error("when healed:", err)
	}
}

func TestAStallIsSilenceUntilItHeals(t *testing.T) {
	t.Parallel()
	p := start(t, proxy.Options{})
	p.Break(proxy.Fault{Way: proxy.Down, After: 7, Stall: true})
	conn := dial(t, p)
	got, err := ask(t, conn, "12345\n", 200*time.Millisecond)
	if len(got) != 7 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes came, %v", len(got), err)
	}
	if got, err := ask(t, dial(t, p), "1\n", 100*time.Millisecond); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a new connection: %q, %v", got, err)
	}
	p.Heal()
	if err := conn.SetDeadline(time.Now().Add(enough)); err != nil {
		t.Fatal(err)
	}
	rest := make([]byte, 36-7)
	if _, err := io.ReadFull(conn, rest); err != nil {
		t.Error("the rest, when healed:", err)
	}
}

func TestCloseEndsWhatHasStalled(t *testing.T) {
	t.Parallel()
	p := start(t, proxy.Options{Delay: time.Hour})
	conn := dial(t, p)
	if _, err := io.WriteString(conn, "1\n"); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := ask(t, conn, "1\n", enough); !ended(err) {
		t.Error(err)
	}
}

func TestALinkIsAsSlowAndNarrowAsItIsTold(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", 99) + "\n" // 10 kB come back
	cases := map[string]struct {
		options proxy.Options
		least   time.Duration
	}{
		"a delay counts twice": {proxy.Options{Delay: 50 * time.Millisecond}, 100 * time.Millisecond},
		"a rate":               {proxy.Options{Rate: 50_000}, 200 * time.Millisecond},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			p := start(t, c.options)
			conn, began := dial(t, p), time.Now()
			if _, err := ask(t, conn, line, enough); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < c.least {
				t.Errorf("it took %s, want at least %s", took, c.least)
			}
			if got := p.Counts(); got.Up != 100 || got.Down != 10_000 || got.Trips != 1 {
				t.Errorf("counts are %+v", got)
			}
		})
	}
}

func TestDisconnectEndsWhatIsOpen(t *testing.T) {
	t.Parallel()
	p := start(t, proxy.Options{})
	conn := dial(t, p)
	if _, err := ask(t, conn, "1\n", enough); err != nil {
		t.Fatal(err)
	}
	p.Disconnect()
	if _, err := ask(t, conn, "1\n", enough); !ended(err) {
		t.Error(err)
	}
	if _, err := ask(t, dial(t, p), "1\n", enough); err != nil {
		t.Error("a new connection:", err)
	}
}
