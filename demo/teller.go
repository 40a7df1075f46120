package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// teller tells the story as it happens: with something that turns on a terminal
// while a step runs, in plain lines elsewhere.
type teller struct {
	out      io.Writer
	terminal bool
	colour   bool

	mu   sync.Mutex
	stop chan struct{} // closed to end the turning
	done sync.WaitGroup
}

// The colours of a terminal.
const (
	red   = "31"
	green = "32"
	faint = "2"
	bold  = "1"
)

const (
	turnEvery = 120 * time.Millisecond
	clearLine = "\r\x1b[K"
)

// paint colours s where the story is read on a terminal.
func (t *teller) paint(code, s string) string {
	if !t.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// title begins a step.
func (t *teller) title(text, shows string) {
	t.print("\n" + t.paint(bold, text) + "\n")
	if shows != "" {
		t.print(t.paint(faint, shows) + "\n")
	}
}

// say tells what happens within a step.
func (t *teller) say(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), "\n")
	t.print("  " + strings.ReplaceAll(text, "\n", "\n    ") + "\n")
}

func (t *teller) print(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.terminal {
		text = clearLine + text
	}
	_, _ = io.WriteString(t.out, text) // a reader that has gone away is told nothing
}

// turn shows that something is going on, until rest.
func (t *teller) turn() {
	if !t.terminal {
		return
	}
	t.stop = make(chan struct{})
	t.done.Go(func() {
		tick := time.NewTicker(turnEvery)
		defer tick.Stop()
		began := now()
		for i := 0; ; i++ {
			select {
			case <-t.stop:
				t.print("")
				return
			case <-tick.C:
				t.print(fmt.Sprintf("  %c %s ", `|/-\`[i%4], now().Sub(began).Round(time.Second)))
			}
		}
	})
}

// rest ends the turning.
func (t *teller) rest() {
	if t.stop == nil {
		return
	}
	close(t.stop)
	t.done.Wait()
	t.stop = nil
}

// end tells how a step went.
func (t *teller) end(r Result) {
	t.print(fmt.Sprintf("  %s in %.1f s\n", t.verdict(r.Verdict), r.Took))
	for _, m := range r.Measures {
		figure := m.Figure()
		if m.exceeded() {
			figure = t.paint(red, figure)
		}
		t.print(fmt.Sprintf("    %-52s %s\n", m.Name, figure))
	}
	if r.Error != "" {
		t.say("%s", r.Error)
	}
}

func (t *teller) verdict(v Verdict) string {
	switch v {
	case Held:
		return t.paint(green, string(v))
	case Failed:
		return t.paint(red, string(v))
	case NotShown:
	}
	return t.paint(faint, string(v))
}
