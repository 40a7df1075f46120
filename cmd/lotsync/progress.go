package main

import (
	"fmt"
	"os"
	"strings"
	stdsync "sync"
	"time"

	"golang.org/x/term"
)

// bar shows how far a long piece of work is: drawn in place on a terminal, a
// line now and then elsewhere.
type bar struct {
	app      *app
	what     string
	terminal bool

	mu    stdsync.Mutex
	n     int
	drawn bool
	last  time.Time
}

const (
	barWidth     = 30
	drawEvery    = 100 * time.Millisecond
	sayEvery     = 10 * time.Second
	worthShowing = 3 // fewer pieces need no bar
)

func (a *app) progress(what string) *bar {
	f, isFile := a.err.(*os.File)
	terminal := isFile && term.IsTerminal(int(f.Fd()))
	return &bar{app: a, what: what, terminal: terminal, last: time.Now()}
}

// at notes how many pieces are done. Those who do them need not come in order.
func (b *bar) at(n, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	every := sayEvery
	if b.terminal {
		every = drawEvery
	}
	if n <= b.n || total < worthShowing || time.Since(b.last) < every {
		return
	}
	b.n, b.last = n, time.Now()
	if !b.terminal {
		fmt.Fprintf(b.app.err, "%d of %d %s\n", n, total, b.what)
		return
	}
	full := barWidth * n / total
	fmt.Fprintf(b.app.err, "\r[%s%s] %d/%d %s", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), n, total, b.what)
	b.drawn = true
}

// done takes the bar away.
func (b *bar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn {
		fmt.Fprint(b.app.err, "\r\x1b[K")
	}
}
