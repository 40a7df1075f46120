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
	total    int
	terminal bool

	mu   stdsync.Mutex
	n    int
	last time.Time
}

const (
	barWidth     = 30
	drawEvery    = 100 * time.Millisecond
	sayEvery     = 10 * time.Second
	worthShowing = 3 // fewer pieces need no bar
)

func (a *app) progress(what string, total int) *bar {
	f, isFile := a.err.(*os.File)
	terminal := isFile && term.IsTerminal(int(f.Fd()))
	return &bar{app: a, what: what, total: total, terminal: terminal, last: time.Now()}
}

// step notes that one more piece is done.
func (b *bar) step() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	every := sayEvery
	if b.terminal {
		every = drawEvery
	}
	if b.total < worthShowing || time.Since(b.last) < every {
		return
	}
	b.last = time.Now()
	if !b.terminal {
		fmt.Fprintf(b.app.err, "%d of %d %s\n", b.n, b.total, b.what)
		return
	}
	full := barWidth * b.n / b.total
	fmt.Fprintf(b.app.err, "\r[%s%s] %d/%d %s", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), b.n, b.total, b.what)
}

// done takes the bar away.
func (b *bar) done() {
	if b.terminal && b.total >= worthShowing {
		fmt.Fprint(b.app.err, "\r\x1b[K")
	}
}
